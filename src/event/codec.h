/* event/codec.h - a record as canonical bytes: what the journal keeps and what is hashed.
 *
 * Canonical means: one record has one encoding, and decoding accepts no other.  So equal
 * records are equal bytes, and decode then encode is the identity.
 *
 *   version   1 byte, 1
 *   kind      1 byte, enum record_kind
 *   flags     1 byte: 1 has_time, 2 sub_ns > 0, 4 has an offset, 8 target > 0
 *   [time]    zigzag varint of ms; [varint sub_ns]; [zigzag varint offset_min]
 *   [target]  varint
 *   strings   source, message_id, channel, activity, interaction, case_id, actor, text,
 *             text_language, payload: each varint length, bytes
 *   lists     identifiers: varint count, each type, value, raw, 1 byte verified
 *             attributes:  varint count, each key, value
 *             objects:     varint count, each type, id, qualifier
 *             traits:      as attributes
 *   value     1 byte enum value_kind, then
 *             string: varint length, bytes    integer: zigzag varint
 *             float: 8 bytes IEEE 754, little-endian (-0.0 is kept)    boolean: 1 byte
 *             time: 1 byte flags (2 and 4 as above), zigzag ms, [sub], [offset]
 *             list: varint count, values      map: varint count, key and value pairs
 *
 * varint: LEB128 in as few bytes as possible, least significant group first; zigzag: 0, -1,
 * 1, -2 ... become 0, 1, 2, 3.  seq and received_ms are not in the bytes: the journal's batch
 * header has them.
 */
#pragma once

#include "base/why.h"
#include "event/record.h"

enum { RECORD_CODEC_VERSION = 1 };

/* Appends the canonical bytes of a record that record_check() accepts.  A full `out` fails it. */
void record_encode(const struct record *record, struct strbuf *out);

/* Reads canonical bytes; strings point into `bytes`, arrays lie in `arena`.
 * ERR_CORRUPT: not canonical bytes (the offset is in `why`); ERR_VERSION: of a newer
 * program; ERR_LIMIT: the arena is full. */
err record_decode(str bytes, struct arena *arena, struct record *out, struct why *why);

/* What a source may not send: ERR_SYNTAX or ERR_LIMIT with words for its sender.
 * Checked: UTF-8 everywhere; control characters nowhere but in attribute, trait and text
 * strings; the limits of record.h; an EVENT has time, activity, source, channel and at least
 * one identifier; identifiers have the form of contracts (type [a-z][a-z0-9_]{0,31}, value 1
 * to 512 bytes); the channel is [a-z0-9_-]{1,32}; floats are finite; times within the years
 * 0001 to 9999. */
err record_check(const struct record *record, struct why *why);

bool identifier_type_is_valid(str type); /* [a-z][a-z0-9_]{0,31} */
bool channel_is_valid(str channel); /* [a-z0-9_-]{1,32} */
