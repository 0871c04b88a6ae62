/* main/trial_list.h - who is behind a number of trials: the list of `journey drivers` and of
 * `journey frictions`, the latest first.
 *
 * One item for each trial that suffered (and is in the set), so that its length is the number told.
 */
#pragma once

#include "main/cause_ask.h"

struct trial_list {
	const struct journey_question *question;
	const struct trials *trials;
	uint32_t *order;
	size_t count;
	struct arena *arena; /* of the names; NULL: not asked for */
	str *names; /* of the first of them; an empty one: none is told */
};

/* `set`: of trials (bits.h); NULL: all.  Borrows question and trials; free with trial_list_done().
 */
struct trial_list trial_list_make(
	const struct journey_question *question, const struct trials *trials, const uint64_t *set);
void trial_list_done(struct trial_list *list);

#define TRIAL_NAMES \
	{ \
		STR_INIT("names"), IS_FLAG, false, SAME_WORDS(""), \
			WORDS("of --list: what each customer is called, where it is known", \
				"avec --list : comment chaque client s'appelle, là où on le " \
				"sait"), \
			STR_INIT("") \
	}
/* Where --names is asked for: of the first `most`, which is as many as are told. */
err trial_list_name(struct trial_list *list, size_t most, struct why *why);

/* "listed" and "list", of which `most` items. */
void put_trial_list(struct json_writer *w, const struct trial_list *list, size_t most);
void show_trial_list(const struct trial_list *list, struct sink *sink, size_t most);
/* customer,time,cost; with names: customer,name,time,cost */
void csv_trial_list(const struct trial_list *list, struct sink *sink, size_t most);
