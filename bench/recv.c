/*
 * The reference for the read loop: a plain C client that polls and receives into one buffer. Arguments: port, size.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char** argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int size = argc > 2 ? atoi(argv[2]) : 0;
	char* buffer = malloc(size);
	long long total = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (size <= 0 || !buffer || fd < 0)
		return 2;
	address.sin_port = htons(atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr*)&address, sizeof(address)) < 0) {
		perror("connect");
		return 1;
	}
	for (;;) {
		struct pollfd poller = { fd, POLLIN, 0 };
		ssize_t got;
		if (poll(&poller, 1, -1) < 0)
			return 1;
		got = recv(fd, buffer, size, 0);
		if (got < 0)
			return 1;
		if (got == 0)
			break;
		total += got;
	}
	printf("%lld\n", total);
	return 0;
}
