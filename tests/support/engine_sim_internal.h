/* tests/support/engine_sim_internal.h - the simulated world of an engine: for engine_sim*.c only.
 */
#pragma once

#include "base/random.h"
#include "engine/backup.h"
#include "engine/digest.h"
#include "engine/erase.h"
#include "engine/erasing.h"
#include "support/engine_model.h"
#include "support/engine_sim.h"

enum { SIM_BACKUPS_MAX = 2, SIM_RESTORED_MAX = 3, SIM_PATH_BYTES = 24 };
#define SIM_FOLDER "/data"

struct foreseen {
	enum item_status status;
	uint64_t seq; /* 0: any */
};

struct sim_backup {
	char path[SIM_PATH_BYTES];
	struct state_digest digest; /* of its moment */
	uint64_t end;
	bool is_whole; /* acknowledged; else it may be whole or not be a back-up */
};

struct sim_restored {
	char path[SIM_PATH_BYTES];
	size_t backup;
	bool is_whole; /* acknowledged; else it may be there whole, or not */
	bool is_there; /* whole, though not acknowledged */
};

struct engine_sim {
	struct clock clock; /* first: it is found by its address */
	int64_t now_ms;
	struct random random;
	struct sim_disk *sim;
	struct engine *engine; /* NULL: closed */
	struct model *model;
	struct model_state state; /* scratch */
	uint64_t list[MODEL_RECORDS_MAX]; /* scratch */
	uint32_t next_key, next_content;
	uint64_t rows; /* told as rows of a form */
	enum erasing_turn erasing; /* begun; ERASING_ENDED: none is */
	uint64_t erasing_end; /* it empties what was erased below this sequence */
	uint64_t checkpoint_end; /* of the one that was begun; 0: none is */
	uint64_t index_least; /* the index of known messages must cover records below */
	struct sim_backup backups[SIM_BACKUPS_MAX];
	size_t backup_count;
	struct backup *backup; /* the last of them, being copied; NULL: none is */
	struct sim_restored restored[SIM_RESTORED_MAX];
	size_t restored_count;
	bool errors, must_reopen;
	const char *wrong;
	char words[500];
};

bool sim_chance(struct engine_sim *w, uint64_t one_in);
void sim_wrong(struct engine_sim *w, const char *what);
void sim_wrong_why(struct engine_sim *w, const char *what, const struct why *why);
bool sim_is_trouble(const struct engine_sim *w, err e);
bool sim_prepare(struct engine_sim *w, const struct model_record *told, struct arena *arena,
	struct engine_item *item);
void sim_close(struct engine_sim *w);

/* Opens and checks everything; false: it stays closed. */
bool sim_open(struct engine_sim *w, bool replay);
bool sim_digest(struct engine_sim *w, struct state_digest *out); /* false: the disk has failed */
bool sim_same(const struct state_digest *a, const struct state_digest *b);
void sim_check_state(struct engine_sim *w); /* customers, threads */
void sim_check_erased(struct engine_sim *w);
void sim_check_restored(struct engine_sim *w, const struct sim_restored *restored);
void sim_judge(struct engine_sim *w); /* the last word: nothing fails any more */
