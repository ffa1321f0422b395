/* An SMTP server that takes everything and keeps nothing: a stand-in for Postfix's smtp-sink.

   sink PORT [EXTENSION]...  prints "ready" once it listens; ends when stdin does. SIGUSR1 is not
   used: "count" on stdin is answered by the number of letters so far. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, LINE = 4096, MOST = 1024 };

struct client {
    int fd;
    int in_letter;        /* between 354 and the dot */
    int matched;          /* how much of CRLF . CRLF has come */
    size_t length;        /* of the line so far */
    size_t waiting;       /* of the answers so far */
    char line[LINE];
    char answers[LINE];
};

static struct client *clients[MOST];
static long letters;
static char hello[LINE];
static char input[BUFFER];

static void answer(struct client *c, const char *text) {
    size_t length = strlen(text);
    if (c->waiting + length > sizeof c->answers) return;
    memcpy(c->answers + c->waiting, text, length);
    c->waiting += length;
}

static int starts(const char *line, const char *word) {
    return strncasecmp(line, word, strlen(word)) == 0;
}

/* One command; whether the conversation goes on. */
static int obey(struct client *c) {
    if (starts(c->line, "EHLO")) answer(c, hello);
    else if (starts(c->line, "DATA")) {
        answer(c, "354 go on\r\n");
        c->in_letter = 1;
        c->matched = 2; /* as after a line's end */
    } else if (starts(c->line, "QUIT")) {
        answer(c, "221 bye\r\n");
        return 0;
    } else answer(c, "250 ok\r\n");
    return 1;
}

/* The place after the letter's end, or the end of what came. */
static const char *swallow(struct client *c, const char *at, const char *end) {
    static const char last[] = "\r\n.\r\n";
    while (at < end) {
        if (c->matched == 0) {
            at = memchr(at, '\r', (size_t)(end - at));
            if (at == NULL) return end;
        }
        c->matched = *at == last[c->matched] ? c->matched + 1 : *at == '\r';
        at++;
        if (c->matched == 5) {
            letters++;
            c->in_letter = 0;
            c->matched = 0;
            answer(c, "250 taken\r\n");
            return at;
        }
    }
    return end;
}

static int take(struct client *c, const char *at, const char *end) {
    while (at < end) {
        if (c->in_letter) {
            at = swallow(c, at, end);
            continue;
        }
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t more = (size_t)((stop ? stop + 1 : end) - at);
        if (c->length + more >= sizeof c->line) return 0;
        memcpy(c->line + c->length, at, more);
        c->length += more;
        at += more;
        if (stop == NULL) break;
        c->line[c->length] = 0;
        c->length = 0;
        if (!obey(c)) return 0;
    }
    return 1;
}

static void hang_up(struct client *c) {
    clients[c->fd] = NULL;
    close(c->fd);
    free(c);
}

static void greet(int listener, int events) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) return;
    if (fd >= MOST) {
        close(fd);
        return;
    }
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct client *c = calloc(1, sizeof *c);
    c->fd = fd;
    clients[fd] = c;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(events, EPOLL_CTL_ADD, fd, &event);
    static const char welcome[] = "220 sink ESMTP\r\n";
    if (write(fd, welcome, sizeof welcome - 1) < 0) hang_up(c);
}

static void attend(struct client *c) {
    ssize_t count = read(c->fd, input, sizeof input);
    int goes_on = count > 0 && take(c, input, input + count);
    if (c->waiting && write(c->fd, c->answers, c->waiting) < 0) goes_on = 0;
    c->waiting = 0;
    if (!goes_on) hang_up(c);
}

int main(int argc, char **argv) {
    strcpy(hello, "250-sink\r\n");
    for (int n = 2; n < argc; n++) {
        strcat(hello, "250-");
        strcat(hello, argv[n]);
        strcat(hello, "\r\n");
    }
    strcat(hello, "250 SIZE 50000000\r\n");
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 128)) {
        perror("sink");
        return 1;
    }
    int events = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(events, EPOLL_CTL_ADD, listener, &event);
    event.data.fd = 0;
    epoll_ctl(events, EPOLL_CTL_ADD, 0, &event);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event found[64];
        int count = epoll_wait(events, found, 64, -1);
        for (int n = 0; n < count; n++) {
            int fd = found[n].data.fd;
            if (fd == 0) {
                char asked[64];
                if (read(0, asked, sizeof asked) <= 0) return 0;
                printf("%ld\n", letters);
                fflush(stdout);
            } else if (fd == listener) greet(listener, events);
            else if (clients[fd]) attend(clients[fd]);
        }
    }
}
