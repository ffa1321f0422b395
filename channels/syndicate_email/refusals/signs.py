"""Patterns of refusals that are about us rather than a reader, each with its source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

TOO_LONG = "5.2.3"  # a letter, for this one mailbox (RFC 3463): others may take it


@dataclass(frozen=True, kw_only=True)
class RefusalSign:
    """One complaint about us: its enhanced codes (RFC 3463) and its words."""

    source: str
    codes: tuple[str, ...]
    patterns: tuple[str, ...]  # in any case; addresses are taken out before

    @cached_property
    def words(self) -> re.Pattern[str]:
        """Return one pattern for all of them."""
        return re.compile("|".join(self.patterns), re.IGNORECASE)


# patterns of one meaning stand in one line
# fmt: off
LOGIN = RefusalSign(
    source="RFC 4954 6, RFC 5248, Exim, MDaemon, SendGrid: a login is needed, is wrong, or too"
    " weak",
    codes=("5.7.8", "5.7.9", "5.7.11", "5.7.12", "5.7.13", "5.7.30", "5.7.57", "5.7.139"),
    patterns=(
        r"authentication (?:is )?(?:required|needed|necessary|mandatory|unsuccessful|failed|failure"
        r"|credentials invalid)",
        r"requires? (?:\w+ )?auth(?:entication)?\b", r"\bauth(?:entication)? (?:command )?first",
        r"not authenticated", r"(?:must|please|need to|have to) (?:be |first )?authenticat",
        r"must issue a STARTTLS", r"login (?:required|disabled)", r"\blog ?in first",
        r"authorization required", r"\bpop3? before smtp", r"smtp auth", r"turn on .{0,20}auth",
        r"(?:wrong|invalid|incorrect) (?:smtp )?(?:credentials|password|user ?name)",
    ),
)
RELAYING = RefusalSign(
    source="Postfix smtpd_relay_restrictions, qmail-smtpd, sendmail, Exim, Zoho, Exchange"
    " 5.7.54: no relay for us",
    codes=("5.7.54", "5.7.64", "5.7.367", "5.7.368"),
    patterns=(
        r"relay(?:ing)? (?:access )?(?:is )?(?:denied|not permitted|prohibited|not allowed)",
        r"unable to relay", r"not (?:permitted|allowed|configured) to (?:550 )?relay",
        r"do(?:es)? not relay", r"\bno relaying", r"open relay", r"\brcpthosts\b", r"not a gateway",
        r"relay(?:ing)? (?:\w+ )?disallowed",
    ),
)
HELO_NAME = RefusalSign(
    source="RFC 5321 4.1.4, RFC 7372 3.3, Postfix smtpd_helo_restrictions, cPanel: our"
    " machine's name",
    codes=("5.7.25",),
    patterns=(
        r"(?:client host|helo command|ehlo command) rejected",
        r"(?:invalid|bad|forged|fake|illegal|malformed) (?:helo|ehlo)\b", r"\bfqdn\b",
        r"\b(?:helo|ehlo)\b.{0,30}(?:invalid|not match|mismatch|not resolve|not valid|\bmust\b)",
        r"fully.qualified host ?name", r"\bptr\b(?![.-])", r"\brdns\b",
        r"reverse (?:dns|host ?name|name|lookup|mapping)", r"name lookup failed",
        r"mismatch(?:es)? (?:the |your )?client ip",
        r"(?:find|resolve) your (?:host|address|domain|ip|reverse)", r"forward dns",
        r"(?:sender|sending|your|client|connecting|remote|smtp)(?: server)?(?:['’]?s)?"
        r" (?:ip|host|address|host ?name)(?: address| name)?"
        r" (?:must|should|has to|needs to|does not|doesn['’]t|cannot|could not) (?:be )?resolv",
    ),
)
SENDER = RefusalSign(
    source="Exchange SendAsDenied (5.2.252), RFC 3463 5.1.7 and 5.1.8, Postfix, Exim, cPanel,"
    " SES, Brevo, Mailgun, Zoho 553, SpamExperts: our sender",
    codes=(
        "5.1.7", "5.1.8", "5.1.90", "5.2.252", "5.7.60", "5.7.501", "5.7.502", "5.7.503",
        "5.7.708",
    ),
    patterns=(
        r"send ?as ?denied", r"not owned by user",
        r"not (?:allowed|permitted|authori[sz]ed) to send"
        r" (?:as|from|on behalf|(?:e-?)?mail(?! to)|to (?:external|outside))",
        r"sender(?:['’]?s)? (?:e-?mail |address |domain ){0,2}(?:is |was |has been )?"
        r"(?:rejected|refused|denied|blocked|invalid|unknown|verif\w+ fail\w*"
        r"|not (?:allowed|permitted|authorized|found|verified))",
        r"sender(?:['’]?s)? (?:e-?mail |address |domain ){1,2}"
        r"(?:does|must|could|cannot|can['’]?t|has no|did) ",
        r"(?:invalid|unknown|unverified|unroutable|unresolvable|forged|fake) (?:sender|mail from)",
        r"unverified domain",
        r"domain of (?:the )?sender", r"sender .{0,30}must match", r"mail from .{0,40}not allowed",
        r"client does not have permissions to send", r"banned sender",
        r"(?:e-?mail|from) (?:address |header )?(?:is )?not verified",
        r"from (?:address |header |domain )(?:is )?not (?:allowed|permitted|authori[sz]ed)",
        r"(?:may|can|must)(?: ?not|['’]t) send (?:as|from|on behalf)",
        r"mail from (?:address )?must",
        r"your domain .{0,20}not (?:allowed|permitted|authori[sz]ed|verified)",
        r"not (?:allowed|permitted|authori[sz]ed) to send(?=\s*(?:[.:;,(]|$))",
        r"call-?(?:back|out)[\w ]{0,20} sender",
        r"not match a verified", r"badmailfrom", r"bad outbound sender", r"outbound ?spam",
        r"(?:outgoing|outbound) (?:e-?)?mail.{0,60}(?:suspen|blocked|disabled|on hold)",
        r"verification failed for\b",
        r"verif\w+ (?:\w+ ){0,2}sender\b",
        r"return[- ]?path (?:\w+ )?(?:does not|not|unknown|invalid)",
        r"relaying disallowed(?: as\b|\W+invalid domain)",
        r"e-?mail (?:outgoing|outbound|sending) (?:is |was )?(?:blocked|suspended|disabled)",
        r"sandbox (?:sub)?domains?", r"for test(?:ing)? purposes only",
        r"authori[sz]ed recipients\b",
        r"mailgun.{0,60}disabled", r"domain is (?:unverified|not verified)", r"unregistered domain",
        r"(?:validate|authenticate|verify) your (?:sender|domain)", r"sender restrictions",
        r"not authori[sz]ed to perform", r"unauthori[sz]ed ip\b", r"identities failed the check",
        r"ip (?:address )?(?:is )?not (?:white|allow)-?listed",
        r"\bidentity (?:is |has been )?(?:locked|suspended)",
        r"(?:sending|from) domain (?:is )?not (?:verified|allowed|authori[sz]ed)",
        r"testing e-?mails?\b",
    ),
)
HOW_MUCH = RefusalSign(
    source="Gmail 5.4.5, Exchange 5.7.232 and 5.7.233, Exim ratelimit, cPanel, Zoho 5.4.6, Tencent,"
    " Outlook.com RP-001, policyd (Zimbra), SendGrid, Brevo: how much we may send",
    codes=("5.4.5", "5.7.28", "5.7.232", "5.7.233", "5.7.705", "5.7.750"),
    patterns=(
        r"(?:hourly|daily|sending|rate|message|mail|outbound|outgoing|smtp|connection)[\w ]{0,20}"
        r"(?:limit|quota)",
        r"limits? (?:has been |was )?(?:exceeded|reached)", r"rate.?limit", r"throttl",
        r"frequency limit",
        r"too many (?:\w+ )?(?:messages|mails?|e-?mails?|recipients|connections|sessions)",
        r"too much (?:\w+ )?(?:e-?mail|mail|traffic)\b(?! data)",
        r"(?:maximum|exceed\w*) .{0,20}(?:number|amount|count|volume) of"
        r" (?:\w+ )?(?:recipients|messages|e-?mails?|mails?)",
        r"exceeded (?:the |your |its )?(?:\w+ ){0,5}(?:limit|quota|rate|per hour|per day)",
        r"(?:relay|account|sender'?s?|your) (?:\w+ ){0,2}quota",
        r"quota (?:of|for) (?:this|the|your) (?:relay|account|sender|host|server)",
        r"quota for (?:outgoing|outbound|sending|sent)", r"(?:sending|message|mail) rate",
        r"sending (?:\w+ )?(?:\w+ )?(?:paused|suspended|disabled|blocked|stopped)",
        r"(?:maximum|insufficient|not enough|no|out of) (?:\w+ )?credits?\b",
        r"\b(?:smtp|your|sending) (?:\w+ )?account (?:is )?not (?:yet )?(?:activ|enabled)",
        r"\b(?:your|smtp) (?:\w+ )?account (?:is |was |has been )?(?:\w+ )?"
        r"(?:suspended|disabled|locked|blocked|restricted|expired|under review)",
        r"(?:maximum|at most|more than|limit of) (?:of )?(?:\d+ )?(?:\w+ )?"
        r"(?:recipients|messages|e-?mails|mails) (?:per|an?|each) (?:hour|day|month|minute)",
        r"(?:suspended|disabled|blocked|restricted|barred|locked|banned) (?:from|for)"
        r" (?:\w+ )?send",
        r"(?:unusual|suspicious|abnormal|unexpected) (?:\w+ )?(?:activity|traffic|volume|rate)",
        r"limits? (?:for|on|to|of) how (?:many|much)",
        r"too many (?:\w+ ){0,2}(?:errors|commands)\b", r"exceeded (?:\w+ ){0,2}threshold",
        r"\baccount (?:is |was |has been )?(?:\w+ )?under (?:review|validation|investigation)",
        r"defers and failures", r"message count quota",
        r"upgrade your (?:\w+ )?(?:plan|account)",
        r"\b(?:sender|sending) account (?:is |was |has been )?"
        r"(?:suspended|disabled|locked|blocked)",
        r"smtp service (?:is |was |has been )?(?:suspended|disabled)", r"unpaid invoice",
        r"your (?:\w+ )?(?:trial|subscription|plan) (?:is |has )?(?:been )?"
        r"(?:expired|ended|suspended)",
        r"\bsen(?:t|ding) too (?:fast|quickly)",
    ),
)
PROOFS = RefusalSign(
    source="Outlook 5.7.515, Gmail 5.7.26 and 5.7.27, RFC 7372: SPF, DKIM, DMARC",
    codes=(
        "5.7.20", "5.7.21", "5.7.22", "5.7.23", "5.7.24", "5.7.26", "5.7.27", "5.7.40",
        "5.7.509", "5.7.515",
    ),
    patterns=(
        r"\bspf\b", r"sender policy framework", r"\bsender id\b",
        r"purported responsible", r"\bdkim\b", r"\bdmarc\b",
        r"(?:unauthenticated|not have authentication) (?:mail|e-?mail|message|senders?|info)",
    ),
)
REPUTATION = RefusalSign(
    source="Outlook 5.7.606 to 5.7.649, Spamhaus and other lists, Yahoo TSS04, AOL RTR:BL,"
    " Outlook.com SC-001, MailChannels: our address's name",
    codes=(*(f"5.7.{number}" for number in range(606, 650)), "5.7.511", "5.7.703"),
    patterns=(
        r"spamhaus", r"spamcop", r"barracuda", r"surbl", r"uribl", r"\bdbl\b", r"\bsorbs\b",
        r"uceprotect|spamrats|mailspike|invaluement|\bpsbl\b|backscatterer|hostkarma|nixspam",
        r"geo-?block",
        r"abusix", r"senderbase", r"cloudmark", r"ipcheck\.proofpoint", r"(?:zen|csi)\.mimecast",
        r"\bTSS\d\d\b", r"permanently deferred", r"service refused",
        r"network not allowed", r"invalid ip\b", r"\(BL\)", r"is an open relay",
        r"insecure mail relay",
        r"(?:this|your) (?:country|region)", r"\b(?:rbl|dnsbl)\b", r"reputation",
        r"(?:black|block|deny) ?list", r"blocked using", r"banned (?:sending )?ip",
        r"ip (?:address )?(?:\S+ )?(?:is |has been )?(?:blocked|banned|listed)",
        r"(?:address|host|server|[\d.]{7,15}\]?) is (?:currently )?listed\b",
        r"client host .{0,80}blocked", r"user complaints", r"for abuse",
        r"(?:from|by) your (?:ip|server|host|network)", r"dynamic ip", r"open proxy",
        r"smtp server of your isp",
        r"\b(?-i:RTR|RLY|HVU|HVIP|SCON|CON|DNS|DYN):(?-i:[A-Z0-9]{2})\b",  # AOL's and Yahoo's
        r"\b(?-i:RP|SC|OU|DY|CO)-\d{3}\b",  # Outlook.com's
        r"\[(?-i:CS|SDNF|AC|ESO)\d*\]",  # MailChannels'
        r"traffic not accepted",
        r"not allowed to connect", r"\byour ip\b.{0,40}(?:rejected|denied|refused)",
    ),
)
CONTENT = RefusalSign(
    source="RFC 3463 5.6, 5.2.3 and 5.3.4, Gmail 5.7.0, Yahoo 5.7.9, content filters: what the"
    " letter says",
    codes=(TOO_LONG, "5.3.4", *(f"5.6.{number}" for number in range(10)), "5.7.512"),
    patterns=(
        r"\b(?:anti-?)?spam(?:mer|ming)?s?\b(?!-\w|\.(?-i:[a-z]))", r"spamassassin",
        r"\bbulk (?:e-?)?mail",
        r"unsolicited", r"\b(?:anti-?)?virus\b", r"malware", r"phish", r"\binfected\b",
        r"\b(?-i:DT|MI|RP|HL|IP|MK):(?-i:[A-Z]{3})\b",  # NetEase's
        r"(?:message|mail|e-?mail) (?:was |is |has been )?(?:filtered|quarantined)\b",
        r"\bheaders? (?:error|too large)",
        r"(?:duplicate|multiple|missing|invalid) (?:\w+ )?header",
        r"file ?types? .{0,20}not (?:permitted|allowed|accepted)",
        r"multiple addresses in from", r"\bnot rfc.?\d+ compliant", r"\bofr_506",
        r"attachments? (?:\w+ )?(?:is |are )?not (?:allowed|accepted|permitted)",
        r"message (?:size|too large)",
        r"contents? (?:was |is )?(?:rejected|refused|denied|blocked)",
        r"contents? (?:was |is |are )?(?:not (?:accept|allow|permit)|unaccept)",
        r"(?:because(?: of)?|due to) (?:(?:its|the|your|message) )*contents?\b",
        r"(?:unsafe|harmful|malicious|prohibited|forbidden|suspicious|dangerous|inappropriate|banned"
        r"|unacceptable|illegal|infected|unwanted)"
        r" (?:\w+ )?(?:content|attachment|link|url|file)",
        r"policy (?:violation|reasons?|rejection)", r"(?:local|security|organi[sz]ation) polic",
        r"(?:due to|denied by|refused by|rejected by|blocked by) (?:\w+ )?polic",
        r"(?:message|e-?mail) (?:was |is |has been )?blocked(?=\s*(?:[.,:;(\]]|$))",
    ),
)
# the same, as mail systems of Indonesia say it
MASUK = RefusalSign(
    source="Postfix, Exim and Zimbra with their texts translated, at Indonesian hosts: a login",
    codes=(),
    patterns=(
        r"(?:aut|ot)enti\w*asi(?: \w+)? (?:di(?:perlukan|butuhkan|wajibkan|tolak)|wajib|gagal"
        r"|salah|tidak)",
        r"(?:perlu|butuh|wajib|harus|belum|gagal|tidak|tanpa|silakan|mem\w+kan) (?:\w+ )?"
        r"(?:ber|di|ter|meng)?(?:aut|ot)enti",
        r"(?:harus|silakan|perlu|wajib|gagal|belum) (?:login|log in|masuk)\b",
        r"(?:kata sandi|password|sandi) (?:\w+ )?salah",
    ),
)
TERUSAN = RefusalSign(
    source="Postfix and Exim with their texts translated: no relay for us",
    codes=(),
    patterns=(
        r"relay(?:ing)? (?:\w+ )?(?:ditolak|dilarang|tidak (?:diizinkan|diperbolehkan))",
        r"tidak (?:diizinkan|diperbolehkan|boleh) (?:me-?|untuk )?relay",
    ),
)
PENGIRIM = RefusalSign(
    source="Niagahoster, Rumahweb and other cPanel hosts, Zimbra: our sender",
    codes=(),
    patterns=(
        r"pengirim (?:\w+ )?(?:tidak|belum|bukan) (?:di\w+|ter\w+|valid|sah|boleh|berhak|ada\b)",
        r"pengirim (?:\w+ )?(?:ditolak|diblokir|dilarang|ditangguhkan|dinonaktifkan|palsu)",
        r"tidak (?:diizinkan|diperbolehkan|boleh|berhak|berwenang) (?:untuk )?(?:mengirim|kirim)\b"
        r"(?! (?:\w+ )?ke\b)",
        r"domain (?:\w+ )?(?:tidak|belum) (?:diverifikasi|terverifikasi)",
    ),
)
BANYAKNYA = RefusalSign(
    source="Hostinger and Niagahoster, Rumahweb, Masterweb, Jagoan Hosting on their limits"
    " (cPanel): how much we may send",
    codes=(),
    patterns=(
        r"(?:batas(?:an)?|limit|kuota|jatah) (?:\w+ ){0,2}"
        r"(?:pengiriman|kirim|keluar|harian|outbound|relay|smtp|per ?jam|per ?hari)",
        r"(?:batas(?:an)?|limit|kuota|jatah) (?:e-?mail|pesan|surat) (?:\w+ ){0,2}"
        r"(?:tercapai|terlampaui|habis|terlewati)",
        r"(?:e-?mail|pesan|surat) per ?(?:jam|hari|menit)",
        r"pengiriman (?:\w+ ){0,3}"
        r"(?:dibatasi|ditangguhkan|dihentikan|dinonaktifkan|diblokir|dibekukan)",
        r"terlalu banyak (?:\w+ )?(?:e-?mail|pesan|surat|penerima|koneksi|pengiriman)\b(?! di )",
        r"(?:akun|domain|layanan|hosting|langganan|smtp)(?: \w+){0,2} anda (?:\w+ ){0,2}"
        r"(?:ditangguhkan|diblokir|dinonaktifkan|di-?suspend|dibekukan|dikunci|dibatasi"
        r"|kedaluwarsa|kadaluarsa|habis|nonaktif|belum aktif|tidak aktif)",
        r"e-?mail keluar (?:\w+ )?(?:diblokir|ditangguhkan|dinonaktifkan|dibatasi)",
        r"(?:ditangguhkan|diblokir) (?:dari|untuk) (?:pengiriman|mengirim)",
        r"(?:di|ter)kirim (?:\w+ )?(?:melebihi|melampaui)",
    ),
)
NAMA_BAIK = RefusalSign(
    source="Postfix with RBLs, SpamExperts and cPanel at Indonesian hosts: our address's name",
    codes=(),
    patterns=(
        r"daftar (?:hitam|blokir|cekal)", r"reputasi",
        r"\bip (?:address )?(?:\S+ ){0,3}(?:diblokir|diblok|ditolak|dicekal|dilarang)",
    ),
)
ISI = RefusalSign(
    source="Amavis, SpamExperts and Zimbra at Indonesian hosts: what the letter says",
    codes=(),
    patterns=(
        r"(?:isi|konten|lampiran|tautan|berkas)(?: \w+){0,3} (?:ditolak|dilarang|berbahaya"
        r"|mencurigakan|terlarang|tidak (?:diizinkan|diperbolehkan|diterima))",
        r"(?:karena|oleh|melanggar|akibat) kebijakan\b",
        r"kebijakan (?:keamanan|server|kami|lokal|anti|surat|e-?mail|pengiriman|sistem)",
        r"(?:pesan|e-?mail|surat) (?:anda )?(?:diblokir|dikarantina)(?=\s*(?:[.,:;(]|$))",
        r"ukuran (?:pesan|e-?mail|surat) (?:\w+ )?(?:melebihi|terlalu besar)",
    ),
)
# fmt: on
LOGINS, RELAYINGS = (LOGIN, MASUK), (RELAYING, TERUSAN)
# somebody else's server that knows no relaying for it has no such reader
RETURNED = (
    HELO_NAME,
    SENDER,
    HOW_MUCH,
    PROOFS,
    REPUTATION,
    CONTENT,
    PENGIRIM,
    BANYAKNYA,
    NAMA_BAIK,
    ISI,
)
REFUSAL_SIGNS = (*LOGINS, *RELAYINGS, *RETURNED)
FOR_NOW = (*LOGINS, SENDER, PENGIRIM, HOW_MUCH, BANYAKNYA)  # what may be said of us in class 4
