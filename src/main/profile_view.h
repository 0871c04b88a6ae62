/* main/profile_view.h - what is known of a customer, made for reading: identifiers, traits with
 * where each came from, what is computed, channels, first and last contact. */
#pragma once

#include "main/sink.h"
#include "profile/computed.h"
#include "profile/traits.h"
#include "thread/thread.h"

struct profile_identifier {
	str type, value;
	bool verified;
	uint64_t events; /* that carry it */
	int64_t first_ms, last_ms;
};

struct profile_channel {
	str name;
	uint64_t events;
	int64_t first_ms, last_ms;
};

struct profile {
	const struct profile_identifier *identifiers;
	size_t identifier_count;
	const struct profile_trait *traits; /* decided */
	size_t trait_count;
	const struct computed_trait *computed;
	size_t computed_count;
	const struct profile_channel *channels;
	size_t channel_count;
	uint64_t events;
	int64_t first_ms, last_ms; /* meaningful if events > 0 */
	bool with_history; /* each telling of each trait */
	struct thread thread; /* its events, in order */
};

/* Writes the profile through `sink`, in its locale; memory from `arena`. */
void profile_view(const struct profile *profile, struct arena *arena, struct sink *sink);
