/* main/person_names.c - see person_names.h */
#include "main/person_names.h"

#include "event/codec.h"
#include "identity/rules.h"
#include "main/profile_gather.h"
#include "profile/person_name.h"

#include <stdlib.h>

enum { ONE_BYTES = 64 << 20 };

struct person_names {
	struct engine *engine;
	const struct threads_view *view;
	struct arena *arena, *one; /* of the names; of one customer's traits */
	struct profile_rules *rules;
	struct identity_rules *trust;
	struct traits traits;
};

err person_names_open(struct engine *engine, const struct snapshot *snapshot, struct arena *arena,
	struct person_names **out, struct why *why)
{
	const struct identity_view *identity = snapshot_identity(snapshot);
	struct person_names *names = memory_alloc(sizeof(*names));

	*names = (struct person_names){ .engine = engine,
		.view = snapshot_threads(snapshot),
		.arena = arena,
		.one = arena_create(ONE_BYTES) };
	err e = profile_rules_in_force(identity, &names->rules, why);
	if (e == OK)
		e = profile_trust_in_force(identity, &names->trust, why);
	if (e == OK)
		*out = names;
	else
		person_names_close(names);
	return e;
}

void person_names_close(struct person_names *names)
{
	if (names == NULL)
		return;
	arena_free(names->one);
	profile_rules_free(names->rules);
	rules_free(names->trust);
	free(names);
}

static err note(struct person_names *names, uint32_t row, struct why *why)
{
	struct row at = threads_view_row(names->view, row);
	struct record record;
	err e = profile_read_traits(names->engine, names->view, row, &at, names->one, &record, why);

	for (size_t i = 0; e == OK && i < record.trait_count; i++) {
		const struct trait_telling told = { .value = record.traits[i].value,
			.source = record.source,
			.trust = rules_source(names->trust, record.source).trust,
			.ms = profile_told_ms(&at, &record),
			.seq = at.seq };
		if (name_part_of(record.traits[i].key) != NAME_NONE)
			e = traits_tell(&names->traits, record.traits[i].key, &told, why);
	}
	return e;
}

static err note_all(struct person_names *names, const uint32_t *rows, size_t count, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		if (threads_view_flags(names->view, rows[i]) & ROW_TELLS)
			e = note(names, rows[i], why);
	return e;
}

err person_name(struct person_names *names, uint32_t customer, str *out, struct why *why)
{
	const uint32_t *rows;
	struct thread thread;
	size_t count;

	arena_reset(names->one);
	err e = traits_begin(&names->traits, names->one, why);
	if (e == OK)
		e = entities_of(names->view, customer, names->one, &rows, &count, why);
	if (e == OK)
		e = note_all(names, rows, count, why);
	if (e == OK)
		e = thread_of(names->view, customer, names->one, &thread, why);
	if (e == OK)
		e = note_all(names, thread.row, thread.count, why);
	if (e == OK)
		e = traits_decide(&names->traits, names->rules, why);
	if (e == OK)
		*out = person_name_of(names->traits.items, names->traits.count, names->arena);
	return e;
}
