"""Whose trouble a relay's refusal is: the reader's, ours, or nobody can tell."""

from __future__ import annotations

import re
from itertools import islice, product

import pytest

from support.hostile.fuzzing import within
from syndicate import Deferred, Delivery, Paused, Rendition
from syndicate.model.bounces import count_bounce
from syndicate.testing import NOON
from syndicate_email.inbox.reasons import status_code
from syndicate_email.refusals.login import login_advice
from syndicate_email.refusals.signs import REFUSAL_SIGNS, TOO_LONG, RefusalSign
from syndicate_email.refusals.verdict import (
    COMPARED,
    MOST_KINDS,
    PER_SESSION,
    Cause,
    Envelope,
    Refusals,
    cause_of,
    normalised,
)
from syndicate_email.servers import Relay
from syndicate_email.smtp.connector import Connector
from syndicate_email.smtp.conversation import Conversation, OutgoingLetter

READER, OURS, LETTER = Cause.READER, Cause.OURS, Cause.LETTER
CALLED_BACK = (
    "Verification failed for <redaksi@kantor.example> Called: 203.0.113.5"
    " Sent: RCPT TO:<redaksi@kantor.example>"
    " Response: 550 5.1.1 <redaksi@kantor.example>: User unknown Sender verify failed"
)
CASES = [
    # the reader's own codes, whatever is said with them
    ("RCPT", 550, "5.1.1 <ani@example.org>: Recipient address rejected: User unknown", READER),
    ("RCPT", 550, "5.1.1 rate limit exceeded", READER),
    ("RCPT", 550, "5.1.2 no such domain", READER),
    ("DOT", 550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", READER),
    ("RCPT", 553, "5.1.3 bad destination mailbox address syntax", READER),
    # a login
    ("MAIL", 530, "5.7.0 Must issue a STARTTLS command first", OURS),
    ("MAIL", 550, "anything at all", OURS),
    ("RCPT", 530, "5.7.1 Client was not authenticated", OURS),
    ("RCPT", 550, "5.7.57 Client not authenticated to send mail", OURS),
    ("DATA", 535, "5.7.139 Authentication unsuccessful, basic authentication is disabled.", OURS),
    # relay access
    ("RCPT", 554, "5.7.1 <ani@example.org>: Relay access denied", OURS),
    ("RCPT", 550, "relay not permitted", OURS),
    ("RCPT", 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", OURS),
    ("RCPT", 550, "we do not relay", OURS),
    # a sender
    ("DOT", 554, "5.2.252 SendAsDenied; humas@kantor.example not allowed to send as", OURS),
    ("RCPT", 553, "5.7.1 <humas@kantor.example>: Sender address rejected: not owned by user", OURS),
    ("DOT", 550, "5.7.60 SMTP; Client does not have permissions to send as this sender", OURS),
    # how much
    ("RCPT", 550, "Your hourly sending limit has been reached, try again later", OURS),
    ("RCPT", 550, "Domain kantor.example has exceeded the max emails per hour (200/200)", OURS),
    ("RCPT", 550, "5.4.5 Daily user sending quota exceeded.", OURS),
    ("DOT", 552, "relay quota exceeded", OURS),
    ("DOT", 550, "5.7.233 exceeded tenant external recipient rate limit", OURS),
    ("RCPT", 550, "too many recipients", OURS),
    # what we are thought of
    ("DOT", 550, "5.7.515 Access denied, sending domain does not meet the required level", OURS),
    ("RCPT", 554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.x", OURS),
    ("RCPT", 554, "5.7.1 Service unavailable; listed by spamhaus", OURS),
    ("DOT", 550, "5.7.606 Access denied, banned sending IP", OURS),
    ("DOT", 550, "5.7.26 This mail is unauthenticated", OURS),
    ("DOT", 550, "5.7.1 SPF check failed", OURS),
    ("DOT", 550, "DKIM signature missing", OURS),
    ("DOT", 550, "does not pass DMARC", OURS),
    ("DOT", 550, "5.7.1 This message does not have authentication information", OURS),
    ("RCPT", 550, "5.7.1 reverse DNS lookup failed", OURS),
    # what we say
    ("DOT", 554, "5.7.1 Message rejected as spam by content filtering", OURS),
    ("DOT", 552, "5.3.4 message size exceeds fixed limit", OURS),
    ("DOT", 550, "rejected due to local policy", OURS),
    # in the words of a mailbox, and ours for all that
    ("DOT", 550, "5.7.26 This mail is unauthenticated: the sender's mailbox owners", OURS),
    ("DOT", 550, "5.7.515 mailbox of the sending domain", OURS),
    ("RCPT", 550, "Your outbound mailbox sending limit has been exceeded", OURS),
    ("RCPT", 550, "5.7.1 The mailbox humas@k.example has exceeded its hourly limit", OURS),
    ("DOT", 550, "5.7.1 User's mailbox policy: blocked by SPF", OURS),
    ("DOT", 552, "5.2.2 relay quota exceeded", OURS),
    ("DOT", 552, "5.7.0 quota of this relay exceeded", OURS),
    ("RCPT", 554, "Maximum sending rate exceeded", OURS),
    ("DOT", 554, "Message rejected: Email address is not verified.", OURS),
    ("DOT", 550, "5.7.1 likely unsolicited mail", OURS),
    ("DOT", 550, "5.7.502 Access denied, banned sender", OURS),
    ("RCPT", 554, "5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", OURS),
    ("RCPT", 554, "5.7.1 <kantor>: Helo command rejected: Host not found", OURS),
    ("RCPT", 550, "Please turn on SMTP Authentication in your mail client", OURS),
    ("DOT", 550, "Outgoing mail from humas@k.example has been suspended", OURS),
    # a login, in other words
    ("RCPT", 503, "This mail server requires authentication when attempting to send", OURS),
    ("RCPT", 503, "5.5.4 send AUTH command first", OURS),
    ("DATA", 503, "5.5.1 AUTH first", OURS),
    ("RCPT", 550, "must issue a STARTTLS command first", OURS),
    ("RCPT", 550, "Authentication needed", OURS),
    ("RCPT", 550, "5.7.1 Please authenticate before you send", OURS),
    ("RCPT", 554, "you must log in first", OURS),
    ("RCPT", 550, "authorization required: POP before SMTP", OURS),
    ("RCPT", 525, "5.7.13 User account disabled for submission: login disabled", OURS),
    ("RCPT", 550, "SMTP AUTH is required for message submission", OURS),
    ("RCPT", 550, "5.7.1 Client not authenticated", OURS),
    # relaying
    ("RCPT", 553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", OURS),
    ("RCPT", 550, "not local host pembaca.example, not a gateway", OURS),
    ("RCPT", 551, "User not local; please try elsewhere", LETTER),
    ("RCPT", 550, "5.7.1 You are not allowed to relay", OURS),
    ("RCPT", 550, "Unable to relay for ani@example.org", OURS),
    ("RCPT", 550, "5.7.0 No relaying", OURS),
    ("RCPT", 550, "this system is not configured to relay mail", OURS),
    # our machine's name
    ("RCPT", 550, "Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", OURS),
    ("RCPT", 550, "EHLO does not match your address", OURS),
    ("RCPT", 504, "5.5.2 <kantor>: Helo command rejected: need fully-qualified hostname", OURS),
    ("RCPT", 550, "No PTR", OURS),
    ("RCPT", 554, "your address has no reverse hostname", OURS),
    ("RCPT", 550, "5.7.1 IP name lookup failed", OURS),
    ("RCPT", 550, "domain kantor.example mismatches client ip", OURS),
    ("RCPT", 571, "missing reverse DNS for 192.0.2.1", OURS),
    ("RCPT", 551, "forbidden by an invalid rDNS record", OURS),
    # our sender
    ("RCPT", 550, "Sender domain not found", OURS),
    ("RCPT", 553, "5.1.8 <humas@k.example>... Domain of sender address does not exist", OURS),
    ("RCPT", 550, "invalid sender domain", OURS),
    ("RCPT", 550, "sender's domain must have an MX record", OURS),
    ("RCPT", 550, "Unroutable sender address", OURS),
    ("RCPT", 550, "sender verify failed", OURS),
    ("DOT", 550, "From address not verified", OURS),
    ("DOT", 550, "sender address must match the login", OURS),
    ("DOT", 550, "MAIL FROM humas@k.example is not allowed for this login", OURS),
    ("RCPT", 550, "5.1.7 sender rejected: 550 5.1.1 user unknown", OURS),
    # our account
    ("RCPT", 550, "Your account has been suspended for sending", OURS),
    ("RCPT", 550, "account has been disabled for sending mail", OURS),
    ("RCPT", 550, "5.7.1 this account is blocked from sending", OURS),
    ("DOT", 554, "5.4.6 Unusual sending activity detected. Please try after sometime", OURS),
    ("RCPT", 550, "abnormal traffic from your account", OURS),
    ("RCPT", 550, "You have sent too much mail today", OURS),
    ("RCPT", 550, "user has exceeded maximum number of recipients allowed today", OURS),
    ("RCPT", 550, "more than the maximum amount of messages for one day", OURS),
    ("RCPT", 550, "Connection frequency limited", OURS),
    ("RCPT", 550, "too many concurrent connections", OURS),
    ("RCPT", 550, "limit exceeded", OURS),
    ("RCPT", 550, "please slow down, you are throttled", OURS),
    ("RCPT", 550, "messages are refused, as rate-limited", OURS),
    # what is thought of us
    ("RCPT", 550, "messages from 192.0.2.1 refused due to user complaints", OURS),
    ("RCPT", 550, "Blocked for abuse", OURS),
    ("RCPT", 554, "192.0.2.1 is listed at bl.example", OURS),
    ("RCPT", 554, "poor reputation", OURS),
    ("RCPT", 550, "you are on our deny list", OURS),
    ("RCPT", 550, "see barracuda central", OURS),
    ("RCPT", 550, "spamcop says no", OURS),
    ("RCPT", 550, "found in an RBL", OURS),
    ("RCPT", 554, "IP 192.0.2.1 is blocked", OURS),
    # what we say, in other words
    ("DOT", 552, "5.7.0 This message was blocked because its content presents a risk", OURS),
    ("DOT", 554, "unsafe content", OURS),
    ("DOT", 554, "5.7.1 message content not acceptable", OURS),
    ("DOT", 550, "content denied", OURS),
    ("DOT", 554, "suspicious attachment", OURS),
    ("DOT", 554, "virus found", OURS),
    ("DOT", 554, "malware found", OURS),
    ("DOT", 554, "a phishing link", OURS),
    ("DOT", 552, "message too large", OURS),
    ("DOT", 550, "policy violation", OURS),
    ("DOT", 554, "5.7.9 Message not accepted for policy reasons", OURS),
    # the reader's wishes, and what they may get
    ("RCPT", 550, "5.7.1 mailbox unavailable due to policy reasons of the user", LETTER),
    ("RCPT", 550, "5.7.1 refused by the recipient's block list", LETTER),
    ("RCPT", 550, "rejected by user's own policy rules", LETTER),
    ("RCPT", 550, "5.7.1 sender blocked by recipient", LETTER),
    ("RCPT", 550, "5.7.1 rejected by recipient's filter", LETTER),
    ("RCPT", 552, "number of messages in recipient's mailbox exceeded the local limit", LETTER),
    ("RCPT", 550, "user ani not listed in the public address book", LETTER),
    ("RCPT", 550, "5.2.1 the recipient has exceeded their daily receiving limit", LETTER),
    ("DOT", 550, "5.7.1 RESOLVER.RST.AuthRequired; authentication required", LETTER),
    ("DOT", 550, "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; not authenticated", LETTER),
    ("RCPT", 550, "no such user here; rejected by local policy", LETTER),
    ("RCPT", 550, "5.4.1 Recipient address rejected: Access denied", LETTER),
    ("RCPT", 550, "User account has been suspended", LETTER),
    ("RCPT", 550, "5.2.1 mailbox disabled, not accepting messages", LETTER),
    ("RCPT", 550, "5.7.1 sender denied by recipient's white list", LETTER),
    ("DOT", 550, "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required;"
     " Delivery restriction check failed because the sender was not authenticated", LETTER),
    ("RCPT", 552, "Requested mail action aborted: exceeded storage allocation", LETTER),
    ("RCPT", 552, "storage limit exceeded", LETTER),
    ("RCPT", 552, "insufficient storage: message limit reached", LETTER),
    ("RCPT", 550, "Requested action not taken: mailbox unavailable", LETTER),
    ("DOT", 554, "Transaction failed", LETTER),
    # too long for one mailbox: others may take it
    ("DOT", 552, "5.2.3 Message size exceeds what this mailbox takes", LETTER),
    ("RCPT", 552, "5.2.3 message too large for this recipient", LETTER),
    # the reader's own codes, in any company
    ("RCPT", 550, "5.1.1 no such user; rejected by local policy", READER),
    ("DOT", 550, "5.1.1 blocked using zen.spamhaus.org", READER),
    ("RCPT", 550, "5.1.10 null MX; sender domain not found", READER),
    ("RCPT", 550, "5.1.2 host unknown, no PTR", READER),
    ("RCPT", 550, "5.1.3 authentication needed for this syntax", READER),
    # as other mail systems say it
    ("RCPT", 554, "Authentication failure", OURS),
    ("RCPT", 550, "not an open relay, so get lost", OURS),
    ("RCPT", 550, "cannot resolve your address", OURS),
    ("RCPT", 550, "the forward DNS entry does not point to you", OURS),
    ("RCPT", 550, "192.0.2.1 is not allowed to send mail from k.example", OURS),
    ("RCPT", 550, "You are not allowed to send mail to this list", LETTER),
    ("RCPT", 550, "bogus or fake mail from", OURS),
    ("RCPT", 550, "exceeds per-domain connection limit for k.example", OURS),
    ("RCPT", 552, "too much mail data", LETTER),
    ("RCPT", 550, "user has too many messages on the server", LETTER),
    ("RCPT", 550, "sender policy framework violation", OURS),
    ("RCPT", 550, "not currently accepting mail from your IP", OURS),
    ("RCPT", 550, "we do not take mail from dynamic IPs", OURS),
    ("RCPT", 550, "rejecting open proxy", OURS),
    ("RCPT", 550, "Please use the smtp server of your ISP", OURS),
    ("DOT", 550, "SpamAssassin score 9.1", OURS),
    ("DOT", 550, "failed several antispam checks", OURS),
    ("DOT", 550, "we want no spammers", OURS),
    ("RCPT", 550, "mx.spam.example: no", LETTER),
    ("DOT", 550, "rejected as bulk mail", OURS),
    ("DOT", 554, "message rejected because of unacceptable content", OURS),
    ("DOT", 550, "email rejected due to security policies", OURS),
    ("DOT", 550, "Denied by policy", OURS),
    ("DOT", 550, "Denied by user policy", LETTER),
    # an address holds any word
    ("RCPT", 550, "<spam@x.example>: Recipient address rejected", LETTER),
    ("RCPT", 550, "<antispam@dkim.example>: no", LETTER),
    # a code that was found out of our address, by a server that asked back
    ("RCPT", 550, CALLED_BACK, OURS),
    ("RCPT", 550, f"{CALLED_BACK.removesuffix(' Sender verify failed')}", OURS),
    ("RCPT", 550, "5.1.1 <redaksi@kantor.example>: Sender address rejected: User unknown", OURS),
    ("RCPT", 550, "5.1.1 sender verification failed: no such user", OURS),
    ("RCPT", 550, "5.1.2 sender domain not found", OURS),
    ("RCPT", 550, "5.7.1 cannot verify your sender: mx.k.id said: 550 5.1.1 no such user", OURS),
    ("RCPT", 550, "5.7.1 return path does not exist: 550 5.1.1 <a@kantor.example> unknown", OURS),
    ("RCPT", 550, "Callout verification failed: 550 5.1.1 <ani@pembaca.example> unknown", READER),
    ("RCPT", 550, "host mx.pembaca.example said: 550 5.1.1 user unknown", READER),
    # how much one mailbox takes, and from whom
    ("RCPT", 550, "5.2.122 The recipient has exceeded their limit for the number of messages they"
     " can receive per hour.", LETTER),
    ("RCPT", 550, "5.2.121 Recipient's per hour message receive limit exceeded", LETTER),
    ("RCPT", 550, "The recipient has exceeded their limit for the number of messages", LETTER),
    ("RCPT", 550, "recipient has exceeded maximum number of messages", LETTER),
    ("RCPT", 550, "addressee has reached the daily limit of messages", LETTER),
    ("RCPT", 550, "The user you are trying to contact has exceeded its message rate", LETTER),
    ("RCPT", 550, "Message limit reached for this mailbox", LETTER),
    ("RCPT", 550, "Daily message limit for this recipient exceeded", LETTER),
    ("RCPT", 550, "Sending limit for this mailbox exceeded", OURS),
    ("RCPT", 550, "the incoming message limit of that user is reached", LETTER),
    ("RCPT", 550, "Too many messages in mailbox", LETTER),
    ("RCPT", 550, "Recipient has blacklisted you", LETTER),
    ("RCPT", 550, "The user has blocked you", LETTER),
    ("RCPT", 550, "recipient does not accept mail from this sender: blacklist", LETTER),
    ("RCPT", 550, "You are blacklisted by the recipient", LETTER),
    ("RCPT", 550, "Recipient server has blacklisted your IP", OURS),
    ("RCPT", 550, "blocked by this mailbox owner's spam filter", LETTER),
    ("RCPT", 550, "rejected by the recipient's antispam settings", LETTER),
    ("RCPT", 550, "found in this user's personal deny list", LETTER),
    ("RCPT", 550, "rejected by recipient server's spam filter", OURS),
    ("RCPT", 550, "Parental controls: sender not allowed", LETTER),
    ("RCPT", 550, "sender not allowed by parental control settings", LETTER),
    ("RCPT", 550, "Sender not allowed to post to group", LETTER),
    ("RCPT", 550, "sender not permitted to send mail to this recipient", LETTER),
    ("RCPT", 550, "Sender is not allowed: only members may post to this list", LETTER),
    ("RCPT", 550, "you are not allowed to send to external recipients", OURS),
    ("DOT", 550, "5.7.133 authentication required: RESOLVER.RST.SenderNotAuthenticatedForGroup",
     LETTER),
    ("DOT", 550, "5.7.134 authentication required for this mailbox", LETTER),
    ("DOT", 550, "5.7.124 sender not allowed", LETTER),
    ("DOT", 550, "Delivery restriction check failed because the sender was not authenticated when"
     " sending to this group", LETTER),
    ("DOT", 550, "the sender was not authenticated when sending to this group", LETTER),
    ("DOT", 552, "5.3.4 message too big for recipient's mailbox", LETTER),
    ("DOT", 552, "5.3.4 Message size exceeds the limit of this recipient", LETTER),
    ("DOT", 552, "message too large for this user", LETTER),
    ("RCPT", 551, "5.1.6 address changed due to spam, use ani2@pembaca.example", LETTER),
    ("RCPT", 550, "this address no longer in use because of spam", LETTER),
    ("RCPT", 550, "mailbox closed, too much spam", LETTER),
    ("RCPT", 550, "Your mailbox was closed because of spam", OURS),
    ("RCPT", 550, "sender address closed because of spam", OURS),
    # a host's name, and a link, holds any word
    ("RCPT", 550, "host d1234a.ess.barracudanetworks.com [192.0.2.5]: 550 No such user", LETTER),
    ("RCPT", 550, "host spam.warga.example: 550 Recipient unavailable", LETTER),
    ("RCPT", 550, "antispam.policy.pembaca.example: mailbox unavailable", LETTER),
    ("RCPT", 550, "Mailbox unavailable, see https://pembaca.example/spam-policy?why=dmarc", LETTER),
    ("RCPT", 550, "no (http://spf.pembaca.example)", LETTER),
    ("RCPT", 550, "host mx.spamhaus.org said: 550 no", LETTER),
    ("RCPT", 554, "listed at zen.spamhaus.org", OURS),
    ("RCPT", 554, "listed in bl.unheardof.example", OURS),
    ("RCPT", 554, "no, see https://www.spamhaus.org/query/ip/192.0.2.1", OURS),
    ("RCPT", 550, "ani not listed in directory.pembaca.example", LETTER),
    ("DOT", 550, "This is spam.Please stop", OURS),
    # what is thought of us, and of what we say, as filters put it
    ("DOT", 554, "Reject due to policy restrictions. For explanation visit"
     " https://postmaster.gmx.net/en/case?c=hi&i=ip&v=192.0.2.1", OURS),
    ("RCPT", 554, "Blocked - see https://ipcheck.proofpoint.com/?ip=203.0.113.5", OURS),
    ("DOT", 554, "Email rejected due to security policies", OURS),
    ("RCPT", 550, "zen.mimecast.org Blocked", OURS),
    ("RCPT", 550, "csi.mimecast.org Poor Reputation Sender", OURS),
    ("RCPT", 553, "5.7.2 [TSS09] All messages from 203.0.113.5 will be permanently deferred", OURS),
    ("DOT", 553, "Message filtered. Refer to the Troubleshooting page", OURS),
    ("DOT", 554, "DT:SPM 163 smtp4,DNGowAD3", OURS),
    ("DOT", 550, "MI:SPB 163 smtp2", OURS),
    ("RCPT", 550, "Service refused, please visit http://csi.cloudmark.com/reset-request/", OURS),
    ("RCPT", 554, "No service: https://lookup.abusix.com/search?q=203.0.113.5", OURS),
    ("RCPT", 550, "Rejected by URIBL", OURS),
    ("RCPT", 550, "Blocked by SURBL", OURS),
    ("DOT", 550, "Blocked by Cloudmark", OURS),
    ("RCPT", 554, "your SenderBase score is low", OURS),
    ("RCPT", 554, "listed at dbl", OURS),
    ("RCPT", 554, "found in SORBS", OURS),
    ("RCPT", 550, "Mail from this country is not accepted", OURS),
    ("RCPT", 550, "we take no mail from your region", OURS),
    ("RCPT", 550, "Sender ID (PRA) Not Permitted", OURS),
    ("DOT", 554, "banned attachment", OURS),
    ("DOT", 552, "5.7.0 attachment type is not allowed", OURS),
    ("DOT", 554, "rejected by an antivirus", OURS),
    ("DOT", 554, "the message is infected", OURS),
    ("DOT", 550, "bulk mail not accepted", OURS),
    ("DOT", 554, "message was quarantined", OURS),
    ("DOT", 550, "5.7.1 can't determine Purported Responsible Address", OURS),
    ("RCPT", 554, "Host network not allowed", OURS),
    ("RCPT", 554, "INVALID IP FOR SENDING MAIL", OURS),
    ("RCPT", 554, "IP=192.0.2.254 - A problem occurred. (Ask your postmaster for help) (BL)", OURS),
    ("RCPT", 550, "no access from mail server [192.0.2.1] which is an open relay", OURS),
    ("RCPT", 550, "Insecure Mail Relay", OURS),
    ("RCPT", 550, "5.7.1 IP address blacklisted by recipient", OURS),
    ("RCPT", 550, "your server is in this recipient's block list", OURS),
    ("DOT", 550, "5.7.1 Messages with multiple addresses in From: header are not accepted", OURS),
    ("DOT", 554, "Header error", OURS),
    ("DOT", 552, "Headers too large (3 max)", OURS),
    ("DOT", 554, "Duplicate header 'DKIM-Signature'", OURS),
    ("DOT", 550, "5.7.1 This message is not RFC 5322 compliant", OURS),
    ("DOT", 550, "5.6.9 improper use of 8-bit data in message header", OURS),
    ("DOT", 552, "5.7.0 Our system detected an illegal attachment on your message", OURS),
    ("DOT", 550, "5.2.0 Mail rejete. Mail rejected. OFR_506 [506]", OURS),
    ("RCPT", 525, "5.7.13 Disabled recipient address", LETTER),
    ("RCPT", 525, "5.7.13 the recipient's account is disabled", LETTER),
    # our account at a relay
    ("DOT", 550, "Maximum credits exceeded", OURS),
    ("DOT", 550, "Insufficient credits", OURS),
    ("DOT", 550, "you have run out of credit", OURS),
    ("DOT", 554, "Sending paused for this account. For more information, see the inbox", OURS),
    ("DOT", 554, "Sending suspended for this account", OURS),
    ("DOT", 554, "your sending has been disabled", OURS),
    ("DOT", 554, "Daily message quota exceeded.", OURS),
    ("RCPT", 502, "5.7.0 Your SMTP account is not yet activated", OURS),
    ("RCPT", 550, "your account is not activated", OURS),
    ("RCPT", 550, "the recipient's account is not activated", LETTER),
    ("DOT", 550, "The from address does not match a verified Sender Identity", OURS),
    ("DOT", 550, "the From header is not verified", OURS),
    ("DOT", 550, "OutboundSpamException; no", OURS),
    ("DOT", 550, "Access denied, bad outbound sender", OURS),
    ("RCPT", 553, "sorry, your envelope sender is in my badmailfrom list (#5.7.1)", OURS),
    ("RCPT", 550, "Account kabar is over quota for outgoing messages", OURS),
    ("RCPT", 550, "You have reached the maximum recipients per day", OURS),
    ("RCPT", 550, "at most 200 messages an hour", OURS),
    ("RCPT", 550, "HELO should be a FQDN", OURS),
    ("RCPT", 550, "EHLO must name a real host", OURS),
    ("RCPT", 550, "not authorized to send from kabar@kantor.example", OURS),
    ("DOT", 550, "From address not allowed", OURS),
    # and in yet other words
    ("RCPT", 550, "Recipient mailbox has exceeded its message rate limit", LETTER),
    ("RCPT", 550, "user has you on their block list", LETTER),
    ("RCPT", 550, "Sender denied by the recipient's personal blocklist", LETTER),
    ("RCPT", 550, "I have moved because of spam, write to ani2@pembaca.example", LETTER),
    ("RCPT", 550, "mx1.dnsbl.pembaca.example: mailbox busy", LETTER),
    ("RCPT", 550, "Sender address <redaksi@kantor.example> verification failed", OURS),
    ("RCPT", 550, "Callback to your sender address failed", OURS),
    ("RCPT", 550, "blocked by UCEPROTECT", OURS),
    ("RCPT", 550, "rejected: listed in PSBL", OURS),
    ("RCPT", 550, "geoblocked", OURS),
    ("DOT", 550, "the file type .pdf is not permitted", OURS),
    ("DOT", 550, "This account is not allowed to send", OURS),
    ("DOT", 550, "SMTP account disabled", OURS),
    ("DOT", 550, "your account has been locked", OURS),
    ("DOT", 550, "Unverified domain", OURS),
    ("DOT", 550, "From domain not authorized for this account", OURS),
    ("DOT", 550, "You may not send as kabar@kantor.example", OURS),
    ("DOT", 550, "Mail from address must be that of the login", OURS),
    ("DOT", 550, "your domain is not allowed in From", OURS),
    # in the words of more providers
    ("RCPT", 553, "Relaying disallowed as redaksi@kantor.example", OURS),
    ("RCPT", 553, "5.7.1 Relaying disallowed. Invalid Domain - kantor.example", OURS),
    ("RCPT", 550, "relay disallowed", OURS),
    ("RCPT", 550, "wrong credentials", OURS),
    ("RCPT", 550, "5.7.1 Sender IP must resolve", OURS),
    ("DOT", 550, "Domain kantor.example has an outgoing mail suspension.", OURS),
    ("RCPT", 550, "Domain k.example has exceeded the max defers and failures per hour (5/5)", OURS),
    ("DOT", 554, "5.1.8 Email Outgoing Blocked", OURS),
    ("DOT", 554, "Sandbox subdomains are for test purposes only. Please add your own domain", OURS),
    ("RCPT", 550, "Free accounts are for test purposes only", OURS),
    ("RCPT", 550, "add the address to authorized recipients in Account Settings", OURS),
    ("RCPT", 550, "Domain kantor.example is not allowed to send: no DNS", OURS),
    ("RCPT", 550, "mailgun: Domain kantor.example is disabled", OURS),
    ("DOT", 550, "the domain is unverified and requires DNS configuration", OURS),
    ("RCPT", 550, "Client blocked from unregistered domains", OURS),
    ("DOT", 550, "not valid. Validate your sender or authenticate your domain", OURS),
    ("RCPT", 550, "mail is discarded due to sender restrictions", OURS),
    ("DOT", 554, "Access denied: the user is not authorized to perform ses:SendRawEmail", OURS),
    ("RCPT", 525, "5.7.1 Unauthorized IP address", OURS),
    ("DOT", 554, "The following identities failed the check in region AP: kantor.example", OURS),
    ("RCPT", 550, "this IP is not whitelisted", OURS),
    ("RCPT", 550, "your outgoing identity is locked", OURS),
    ("RCPT", 550, "We have limits for how many messages can be sent per hour and per day", OURS),
    ("RCPT", 554, "5.7.0 Too many unauthenticated commands", OURS),
    ("RCPT", 550, "tenant has exceeded threshold", OURS),
    ("DOT", 550, "Account under review", OURS),
    ("RCPT", 554, "5.7.1 Policy rejection; Message count quota exceeded", OURS),
    ("RCPT", 550, "upgrade your plan", OURS),
    ("RCPT", 554, "(RTR:BL) https://postmaster.aol.com/error-codes#554rtrbl", OURS),
    ("RCPT", 550, "SC-001 (BAY004-MC1F10) messages weren't sent", OURS),
    ("RCPT", 550, "[CS01] Message blocked. Please see https://login.mailchannels.net", OURS),
    ("RCPT", 550, "Service unavailable, traffic not accepted from you", OURS),
    ("DOT", 550, "Message blocked", OURS),
    ("RCPT", 550, "Autentikasi diperlukan", OURS),
    ("RCPT", 550, "Anda harus diautentikasi", OURS),
    ("RCPT", 550, "silakan login dahulu", OURS),
    ("RCPT", 550, "kata sandi salah", OURS),
    ("RCPT", 550, "relay tidak diizinkan", OURS),
    ("RCPT", 550, "tidak diizinkan relay", OURS),
    ("RCPT", 550, "Pengirim tidak diizinkan", OURS),
    ("RCPT", 550, "alamat pengirim ditolak", OURS),
    ("RCPT", 550, "Anda tidak berhak mengirim dari alamat ini", OURS),
    ("RCPT", 550, "domain Anda belum diverifikasi", OURS),
    ("RCPT", 550, "Anda telah melebihi batas pengiriman email per jam", OURS),
    ("RCPT", 550, "kuota email Anda habis", OURS),
    ("RCPT", 550, "paling banyak 200 email per jam", OURS),
    ("RCPT", 550, "pengiriman surat Anda dihentikan", OURS),
    ("RCPT", 550, "terlalu banyak pesan", OURS),
    ("RCPT", 550, "Akun Anda telah ditangguhkan", OURS),
    ("RCPT", 550, "Alamat IP Anda masuk daftar hitam", OURS),
    ("RCPT", 550, "reputasi server buruk", OURS),
    ("RCPT", 550, "IP server Anda diblokir", OURS),
    ("DOT", 550, "isi surat ditolak", OURS),
    ("DOT", 550, "ditolak karena kebijakan", OURS),
    ("DOT", 550, "5.7.1 Kebijakan keamanan: pesan ditolak", OURS),
    ("DOT", 550, "pesan diblokir", OURS),
    ("DOT", 552, "ukuran pesan melebihi batas", OURS),
    ("RCPT", 550, "Sending domain not verified", OURS),
    ("RCPT", 550, "You can only send testing emails to your own email address", OURS),
    ("RCPT", 550, "Sender account suspended", OURS),
    ("RCPT", 550, "smtp service suspended", OURS),
    ("RCPT", 550, "Rejected because of unpaid invoice", OURS),
    ("RCPT", 550, "your trial has expired", OURS),
    ("RCPT", 550, "You are sending too fast", OURS),
    ("RCPT", 550, "5.7.1 You are not allowed to connect", OURS),
    ("RCPT", 550, "Your IP: 103.1.2.3 has been rejected", OURS),
    ("RCPT", 550, "Email keluar diblokir", OURS),
    ("DATA", 550, "5.7.1 Outgoing quota for kantor.example used up", OURS),
    ("RCPT", 550, "Akun ini ditangguhkan dari pengiriman email", OURS),
    ("RCPT", 550, "Jumlah email yang dikirim melebihi kuota", OURS),
    ("RCPT", 550, "Kotak surat penuh", LETTER),
    ("RCPT", 552, "Kuota kotak surat penerima terlampaui", LETTER),
    ("RCPT", 550, "Pengguna tidak dikenal", LETTER),
    ("RCPT", 550, "Alamat tujuan tidak ditemukan", LETTER),
    ("RCPT", 550, "ditolak oleh penerima", LETTER),
    ("RCPT", 550, "Anda masuk daftar hitam penerima", LETTER),
    ("RCPT", 550, "Penerima telah melebihi batas pesan per jam", LETTER),
    ("RCPT", 550, "ditolak oleh kebijakan penerima", LETTER),
    ("RCPT", 550, "5.7.1 message blocked by the recipient", LETTER),
    ("RCPT", 550, "Not delivering to a user who marked your messages as spam", LETTER),
    ("RCPT", 550, "Recipients have been marked as inactive due to a spam complaint", LETTER),
    ("DOT", 550, "Spam Reporting Address", LETTER),
    ("RCPT", 525, "5.7.13 Recipient address rejected: User account disabled", LETTER),
    ("RCPT", 550, "Akun penerima ditangguhkan", LETTER),
    ("RCPT", 550, "Pengguna ini telah memblokir pengirim", LETTER),
    ("RCPT", 550, "Kotak masuk melebihi kuota", LETTER),
    ("RCPT", 550, "Kuota penyimpanan habis", LETTER),
    ("RCPT", 550, "Pesan terlalu besar untuk kotak surat penerima", LETTER),
    ("RCPT", 550, "Account inactive", LETTER),
    ("RCPT", 550, "This user has blocked you", LETTER),
    ("RCPT", 550, "Akun ini sudah tidak aktif", LETTER),
    ("RCPT", 550, "mailbox frozen", LETTER),
    # nobody can tell
    ("RCPT", 550, "5.2.1 user is receiving mail at a rate that prevents more", LETTER),
    ("RCPT", 550, "no", LETTER),
    ("RCPT", 550, "5.0.0 rejected", LETTER),
    ("RCPT", 552, "5.2.2 The email account that you tried to reach is over quota", LETTER),
    ("RCPT", 550, "Mailbox quota exceeded", LETTER),
    ("RCPT", 552, "mailbox full", LETTER),
    ("RCPT", 550, "5.2.1 The email account that you tried to reach is disabled", LETTER),
    ("DOT", 554, "5.7.1 not today", LETTER),
]  # fmt: skip


@pytest.mark.parametrize(("step", "code", "text", "meaning"), CASES)
def test_an_answer_tells_whose_trouble_it_is(
    step: str, code: int, text: str, meaning: Cause
) -> None:
    assert cause_of(step, code, text) is meaning


US = "kembali+1@kantor.example"
OF_WHOM = [
    ("5.1.1 <kembali+1@kantor.example>: user unknown", "ani@pembaca.example", OURS),
    ("5.1.1 <redaksi@kantor.example>: user unknown", "ani@pembaca.example", OURS),
    ("<redaksi@kantor.example>: 550 5.1.1 unknown", "ani@pembaca.example", OURS),
    ("5.7.1 no: 550 5.1.1 <REDAKSI@Kantor.Example> unknown", "ani@pembaca.example", OURS),
    ("5.1.1 <redaksi@kantor.example>: unknown", "redaksi@kantor.example", READER),
    ("5.1.1 <ani@kantor.example>: unknown", "ANI@kantor.example", READER),
    ("5.1.1 <ani@pembaca.example>: from <kembali+1@kantor.example>", "ani@pembaca.example", READER),
    ("5.1.1 <ani@lain.example>: User unknown", "ani@pembaca.example", READER),  # forwarded
    ("5.7.1 lookup: 550 5.1.1 <tamu@lain.example> unknown", "ani@pembaca.example", LETTER),
    ("lookup: 550 5.1.1 <2@pembaca.example> unknown", "ani@pembaca.example", READER),
    ("lookup: 550 5.1.1 unknown", "ani@pembaca.example", READER),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reader", "meaning"), OF_WHOM)
def test_a_reader_s_code_is_of_whom_it_names(text: str, reader: str, meaning: Cause) -> None:
    assert cause_of("RCPT", 550, text, Envelope((US,), (reader,))) is meaning


US_BY_NAME = [
    ("Account redaksi@kantor.example has been suspended", OURS),
    ("mail from kantor.example not permitted", OURS),
    ("Akun redaksi@kantor.example diblokir", OURS),
    ("Domain kantor.example: kuota 200 melebihi batas", OURS),
    ("Account ani@pembaca.example has been suspended", LETTER),
    ("domain pembaca.example is disabled", LETTER),
    ("domain kantor.example.org is disabled", LETTER),
    ("redaksi@kantor.example is blocked by the recipient", LETTER),
]


@pytest.mark.parametrize(("text", "meaning"), US_BY_NAME)
def test_our_address_or_domain_may_be_named_as_what_is_refused(text: str, meaning: Cause) -> None:
    assert cause_of("RCPT", 550, text, Envelope((US,), ("ani@pembaca.example",))) is meaning
    if "@kantor" not in text:
        assert cause_of("RCPT", 550, text, Envelope((US,), ("budi@kantor.example",))) is LETTER


@pytest.mark.parametrize("sign", REFUSAL_SIGNS, ids=lambda sign: sign.source)
def test_every_line_of_the_table_has_its_source_and_cases(sign: RefusalSign) -> None:
    ours = [text for step, _, text, meaning in CASES if meaning is OURS and step != "MAIL"]
    assert sign.source
    for pattern in sign.patterns:
        assert any(re.search(pattern, text, re.IGNORECASE) for text in ours), pattern
    for code in sign.codes:
        expected = LETTER if code == TOO_LONG else OURS
        assert cause_of("RCPT", 550, f"{code} no") is expected


def test_refusals_are_alike_but_for_whom_they_name() -> None:
    one = normalised("550 5.7.1 <ani@example.org>: no, id 3f9a8b7c6d5e41 (1234)", "example.org")
    assert one == normalised("550 5.7.1  <BUDI@example.net>: No, id 4XyZb2Q (98)", "example.net")
    assert normalised("550 5.7.1 example.org: no", "example.org") == normalised(
        "550 5.7.1 example.net: no", "example.net"
    )
    assert normalised("550 5.7.1 no") != normalised("550 5.4.4 no")


ONE_SESSION = [
    "4.7.1 too many mails per session", "too many messages on this connection",
    "per-session message limit reached", "maximum letters per TCP connection reached",
    "4.7.0 too many mails in session", "enough for this session", "4.5.3 session quota exceeded",
    "session message limit reached", "message limit for this connection", "per SMTP session: 50",
    "too many messages in one SMTP connection", "connection message limit reached",
    "Max messages per connection reached, closing transmission channel",
    "you have reached the maximum of 100 messages for the current session",
    "4.7.0 Too many emails sent on this session", "messages-per-connection limit",
    "too many messages on this connection from your IP",
    "you may send 50 mails in one session", "4.5.3 too many recipients in this session",
    "Number of messages per connection exceeded", "no more than 20 e-mails per SMTP session",
    "this session has had its maximum of letters", "recipient limit of this connection reached",
]  # fmt: skip
NOT_ONE_SESSION = [
    "4.3.2 Connection rate limit exceeded", "connection limit exceeded from your IP",
    "too many concurrent connections from you", "too many concurrent SMTP sessions",
    "4.7.0 Error: too many connections from 192.0.2.1", "too many connections in this hour",
    "maximum number of simultaneous sessions per IP", "session limit exceeded for your IP",
    "connection rate limit per session owner", "4.7.1 greylisted, try again later",
    "4.4.2 connection timed out", "connections per hour: 20", "concurrent session limit reached",
    "4.7.1 connection limit of this host: 10 connections",
    "too many parallel connections; one session per host, please",
    "4.7.0 TLS is required on this connection", "4.7.0 Access denied for this session",
    "Session rejected in this session due to policy", "mail from you is refused in this session",
    "authentication is needed in this session", "message rejected on this connection: spam",
    "too many errors on this connection", "too many invalid recipients in this session",
    "too many login attempts in this session", "recipient refused in this session, see the limits",
    "the session's limits do not allow this sender", "4.3.2 no messages in this session, try later",
    "command limit of this session reached", "4.7.0 session policy: max TLS 1.2 on this connection",
]  # fmt: skip


@pytest.mark.parametrize("text", ONE_SESSION)
def test_a_limit_of_one_session_is_known(text: str) -> None:
    assert PER_SESSION.search(text)


@pytest.mark.parametrize("text", NOT_ONE_SESSION)
def test_a_limit_on_connections_is_none_of_one_session(text: str) -> None:
    assert not PER_SESSION.search(text)


@pytest.mark.parametrize(
    ("readers", "is_about_us"),
    [
        (["ani@a.example", "budi@a.example", "cici@a.example", "dedi@a.example"], False),
        (["ani@a.example", "ani@b.example"], False),
        (["ani@a.example", "budi@b.example", "cici@a.example"], True),
        (["ani@a.example", "ani@a.example", "budi@b.example"], False),
    ],
)
def test_the_same_words_for_three_readers_of_two_domains_are_about_us(
    readers: list[str], is_about_us: bool
) -> None:
    seen = Refusals()
    said = [seen.note(reader, f"550 no mail for <{reader}>") for reader in readers]
    assert said == [False] * (len(readers) - 1) + [is_about_us]


def test_a_domain_that_refuses_three_readers_alike_is_held_and_no_other() -> None:
    seen = Refusals()
    for reader in ("ani@a.example", "budi@a.example", "cici@A.example"):
        assert seen.hold("dedi@a.example") == ""
        seen.note(reader, "550 we are closed")
    assert seen.hold("dedi@a.example") == "550 we are closed"
    assert seen.hold("dedi@b.example") == ""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", "365"),
        ("5.7.9 Application-specific password required", "app password"),
        ("5.7.14 Please log in with your web browser", "browser"),
        ("5.7.3 Authentication unsuccessful", "full address"),
        ("Authentication failed: Application password is REQUIRED", "app password"),
        ("5.7.8 Error: use an app-specific password", "app password"),
        (
            "5.7.8 Error: authentication failed: This user does not have access rights to this"
            " service",
            "mail programs",
        ),
        ("Error: authorization code is required", "authorization code"),
        ("Login Fail. Please enter your authorization code to login", "authorization code"),
        ("5.7.8 Username and Password not accepted", ""),
    ],
)
def test_what_a_provider_wants_done_is_said(text: str, what: str) -> None:
    assert what in login_advice(text)
    assert bool(login_advice(text)) is bool(what)


@pytest.mark.parametrize(
    ("said", "final"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.0.0", False),
        ("5.2.2", False),
        ("5.2.1", False),
        ("5.7.1", False),
        ("5.4.5", False),
        (status_code("552 disk quota exceeded"), False),
        (status_code("550 blocked by SPF"), False),
        (status_code("554 rate limited"), False),
        (status_code("550 5.1.1 user unknown"), True),
    ],
)
def test_a_returned_letter_is_final_where_there_is_no_such_mailbox_alone(
    said: str, final: bool
) -> None:
    assert count_bounce(said, 0, None, NOON).final is final


def test_a_relay_that_has_other_words_for_each_letter_fills_no_memory() -> None:
    refusals = Refusals()
    letters = [chr(97 + number) for number in range(26)]
    for number, signs in enumerate(islice(product(letters, repeat=3), 2 * MOST_KINDS)):
        refusals.note(f"r{number}@d{number}.example", f"550 {' '.join(signs)} {'word ' * 350}")
    assert sum(map(len, refusals.domains)) <= MOST_KINDS * COMPARED


@pytest.mark.parametrize("unit", ["x-", "too many ", "mail a a a a a ", "aA0+/=", "per the the "])
def test_a_long_refusal_is_understood_at_once(unit: str) -> None:
    connector = Connector(Relay(host="127.0.0.1", port=25, tls=False), "harian", "kantor.example")
    talk = Conversation(connector, Refusals(), pipelining=True)
    delivery = Delivery("1", Rendition("", "message/rfc822", b""))
    talk.take(
        OutgoingLetter(
            delivery=delivery,
            sender="a@b.example",
            recipient="c@d.example",
            pieces=[b"x\r\n"],
            reference="1",
        )
    )
    talk.sent_bytes += sum(map(len, talk.to_send()))
    answer = b"250 ok\r\n550 " + (unit * 60_000)[:60_000].encode() + b"\r\n"
    with within(0.12):
        [(_, result)] = talk.receive(answer)
    assert isinstance(result, Deferred | Paused)
