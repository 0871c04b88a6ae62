/* fuzz/wire_fuzz.c - any bytes from the other end of the socket of a house: they come out as the
 * frames that they are, up to the first that is cut off or too long. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "main/house_wire.h"

enum {
	SENT_BYTES_MAX = 1 << 14, /* fits the socket: nobody reads while it is sent */
	FRAME_BYTES_MAX = 1 << 10,
};

/* By the table in house_wire.h. */
static bool is_whole(const uint8_t *at, size_t left, size_t *count)
{
	if (left < WIRE_HEAD_BYTES)
		return false;
	*count = at[1] | (size_t)at[2] << 8 | (size_t)at[3] << 16 | (size_t)at[4] << 24;
	return *count <= FRAME_BYTES_MAX && *count <= left - WIRE_HEAD_BYTES;
}

static void receive(int fd, const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create(1 << 20);

	for (size_t at = 0, count = 0;; at += WIRE_HEAD_BYTES + count) {
		int fds[WIRE_FDS] = { -1, -1 };
		struct why why = { 0 };
		char kind;
		str bytes;
		err e = wire_receive(fd, FRAME_BYTES_MAX, arena, &kind, &bytes, fds, &why);
		ASSERT(fds[0] == -1 && fds[1] == -1);
		ASSERT((e == OK) == is_whole(data + at, size - at, &count));
		if (e != OK) {
			ASSERT(e == ERR_IO && why.message == MSG_WIRE_LOST);
			return;
		}
		ASSERT(kind == (char)data[at] && bytes.len == count && bytes.ptr[count] == '\0');
		ASSERT(memcmp(bytes.ptr, data + at + WIRE_HEAD_BYTES, count) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int ends[2];

	if (size > SENT_BYTES_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return 0;
	ssize_t sent = send(ends[0], data, size, 0);
	ASSERT(sent == (ssize_t)size);
	(void)close(ends[0]);
	receive(ends[1], data, size);
	(void)close(ends[1]);
	return 0;
}
