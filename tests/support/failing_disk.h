/* tests/support/failing_disk.h - the machine's disk, but for one operation that fails.
 *
 * Loops over n until the tested call succeeds show that every failure is survived.  A write
 * that fails has written half of its bytes; everything else that fails did nothing.  Syncs are
 * counted, but reach no platter: the process is not killed, and tests are quick.
 */
#pragma once

#include "base/file.h"

struct failing_disk {
	struct disk disk; /* give this to the tested code */
	unsigned fail_at; /* the nth operation from now fails (1 = the next); 0: none */
	unsigned hits; /* how many have failed */
};

void failing_disk_init(struct failing_disk *disk);
