/* main/summary.h - short answers that several commands give. */
#pragma once

#include "engine/backup.h"
#include "main/request.h"
#include "main/sink.h"

/* {"files","bytes","end_sequence","made"}, or the sentence `id`. */
void summary_of_backup(const struct request *request, struct sink *sink, enum text id,
	const struct backup_summary *summary);

/* The sentence `id` with the number of a record as a command takes it: no signs between digits. */
void summary_say_record(
	const struct request *request, struct sink *sink, enum text id, uint64_t seq);

/* {"sequence":N,"known":BOOL}, or the sentence `id` with N. */
void summary_of_record(
	const struct request *request, struct sink *sink, enum text id, uint64_t seq, bool known);
