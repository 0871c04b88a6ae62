/* base/crc32c.h - CRC-32C (Castagnoli, RFC 3720 appendix B.4): is this what was written?
 *
 * crc32c(0, "123456789") is 0xe3069283.  Feed pieces by passing the last result on.
 * 8 bytes an instruction where the processor has SSE 4.2, else by table.
 */
#pragma once

#include "base/base.h"

uint32_t crc32c(uint32_t crc, str bytes);
/* Of two pieces one after the other, from the checksum of each: the bytes need not be seen again.
 */
uint32_t crc32c_join(uint32_t first, uint32_t second, size_t second_bytes);
uint32_t crc32c_portable(uint32_t crc, str bytes); /* the same answer, by table */
