/* An SMTP client that sends the same letter again and again, one command at a time, over several
   sessions at once: a stand-in for Postfix's smtp-source.

   source PORT SESSIONS LETTERS FILE  sends the file, which ends with CRLF . CRLF. */

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGEST = 1 << 20, MOST = 1024 };

static char letter[LARGEST];
static size_t size;
static long left, done;
static int step[MOST]; /* 0 greeting, 1 EHLO, 2 MAIL, 3 RCPT, 4 DATA, 5 the letter */

static void say(int fd, const char *text, size_t length) {
    while (length > 0) {
        ssize_t count = write(fd, text, length);
        if (count < 0) {
            perror("source");
            exit(1);
        }
        text += count;
        length -= (size_t)count;
    }
}

/* Go on after an answer; whether there is more to do here. */
static int go_on(int fd) {
    static const char *const words[] = {
        "EHLO source\r\n", "MAIL FROM:<a@b.example>\r\n", "RCPT TO:<c@d.example>\r\n", "DATA\r\n"};
    if (step[fd] == 5) {
        done++;
        step[fd] = 1;
    }
    if (step[fd] == 1 && left-- <= 0) return 0;
    if (step[fd] < 4) say(fd, words[step[fd]], strlen(words[step[fd]]));
    else say(fd, letter, size);
    step[fd]++;
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    FILE *file = fopen(argv[4], "rb");
    size = fread(letter, 1, sizeof letter, file);
    fclose(file);
    int sessions = atoi(argv[2]), events = epoll_create1(0), open = 0;
    left = atol(argv[3]);
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int n = 0; n < sessions; n++, open++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
        if (fd >= MOST || connect(fd, (struct sockaddr *)&there, sizeof there)) {
            perror("source");
            return 1;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(events, EPOLL_CTL_ADD, fd, &event);
    }
    while (open > 0) {
        struct epoll_event found[64];
        int count = epoll_wait(events, found, 64, -1);
        for (int n = 0; n < count; n++) {
            char answer[4096];
            int fd = found[n].data.fd;
            ssize_t length = read(fd, answer, sizeof answer - 1);
            if (length <= 0) return 1;
            if (answer[length - 1] != '\n') continue;
            if (!go_on(fd)) {
                close(fd);
                open--;
            }
        }
    }
    printf("%ld\n", done);
    return 0;
}
