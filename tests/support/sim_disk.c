/* tests/support/sim_disk.c - see sim_disk.h
 *
 *   names_now:   path -> inode        what calls see
 *   names_kept:  path -> inode        what the platter has
 *   pending:     changes of names that no sync of their folder has kept yet, in order
 */
#include "support/sim_disk.h"

#include "base/random.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 512 };

struct content {
	char *bytes;
	size_t len, cap; /* bytes[len, cap) are zero */
};

struct inode {
	size_t refs; /* names, pending changes, handles */
	bool is_folder, locked;
	struct content now, kept;
	uint8_t *dirty; /* a flag a page of what is written and not synced */
	size_t dirty_pages;
	bool size_dirty;
};

struct name {
	char path[128];
	struct inode *inode;
};

struct names {
	struct name *list;
	size_t count, cap;
};

struct change {
	enum { ADD, RENAME, REMOVE } kind;
	char path[128], to[128];
	struct inode *inode;
};

struct handle {
	struct file base;
	struct sim_disk *sim;
	struct inode *inode;
	char path[128];
	uint64_t life; /* of the disk, when it was opened */
	bool is_lock;
};

struct sim_disk {
	struct disk base;
	pthread_mutex_t lock; /* everything */
	size_t open; /* handles */
	struct random random;
	struct sim_faults faults;
	struct sim_coverage *coverage;
	struct names now, kept;
	struct change *pending;
	size_t pending_count, pending_cap;
	uint64_t operations, life, bytes_read;
	bool crashed;
	const char *doing;
	struct inode *late_sync; /* bug_late_sync: to be kept at the next operation */
};

/* Content and inodes */

static void resize(struct content *c, size_t len)
{
	if (len > c->cap) {
		size_t cap = MAX_OF(len, c->cap * 2);
		c->bytes = memory_resize(c->bytes, cap);
		memset(c->bytes + c->cap, 0, cap - c->cap);
		c->cap = cap;
	}
	if (len < c->len)
		memset(c->bytes + len, 0, c->len - len);
	c->len = len;
}

static void unref(struct inode *inode)
{
	if (inode == NULL || --inode->refs > 0)
		return;
	free(inode->now.bytes);
	free(inode->kept.bytes);
	free(inode->dirty);
	free(inode);
}

static struct inode *ref(struct inode *inode)
{
	inode->refs++;
	return inode;
}

static void mark_dirty(struct inode *inode, size_t from, size_t to)
{
	size_t pages = (to + PAGE - 1) / PAGE;

	if (pages > inode->dirty_pages) {
		inode->dirty = memory_resize(inode->dirty, pages);
		memset(inode->dirty + inode->dirty_pages, 0, pages - inode->dirty_pages);
		inode->dirty_pages = pages;
	}
	for (size_t page = from / PAGE; page < pages; page++)
		inode->dirty[page] = 1;
}

static void clean(struct inode *inode)
{
	if (inode->dirty_pages > 0)
		memset(inode->dirty, 0, inode->dirty_pages);
	inode->size_dirty = false;
}

static void keep_page(struct inode *inode, size_t page)
{
	size_t from = page * PAGE, to = MIN_OF(from + PAGE, inode->now.len);

	if (from >= inode->now.len)
		return;
	if (to > inode->kept.len)
		resize(&inode->kept, to);
	memcpy(inode->kept.bytes + from, inode->now.bytes + from, to - from);
}

static void keep_all(struct inode *inode)
{
	for (size_t page = 0; page < inode->dirty_pages; page++)
		if (inode->dirty[page])
			keep_page(inode, page);
	if (inode->size_dirty)
		resize(&inode->kept, inode->now.len);
	clean(inode);
}

/* Names */

static struct name *find(struct names *names, const char *path)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i].path, path) == 0)
			return &names->list[i];
	return NULL;
}

static void remove_name(struct names *names, const char *path)
{
	struct name *name = find(names, path);

	if (name == NULL)
		return;
	unref(name->inode);
	*name = names->list[--names->count];
}

static void set_name(struct names *names, const char *path, struct inode *inode)
{
	struct inode *held = ref(inode); /* it may be the one that stands there */

	remove_name(names, path);
	if (names->count == names->cap) {
		names->cap = MAX_OF(names->cap * 2, (size_t)8);
		names->list = memory_resize(names->list, names->cap * sizeof(*names->list));
	}
	struct name *name = &names->list[names->count++];
	(void)snprintf(name->path, sizeof(name->path), "%s", path); /* checked at the entry */
	name->inode = held;
}

static void clear_names(struct names *names)
{
	while (names->count > 0)
		remove_name(names, names->list[0].path);
}

static str folder_of(const char *path)
{
	str before, after;

	if (!str_split_last(str_of(path), '/', &before, &after) || before.len == 0)
		return STR("/");
	return before;
}

/* "/a/x" becomes "/b/x" where "/a" becomes "/b"; others stay. */
static bool move_path(char path[static 128], const char *from, const char *to)
{
	char moved[128];
	size_t len = strlen(from);

	if (strncmp(path, from, len) != 0 || path[len] != '/')
		return false;
	int length = snprintf(moved, sizeof(moved), "%s%s", to, path + len);
	ASSERT(length < (int)sizeof(moved));
	memcpy(path, moved, sizeof(moved));
	return true;
}

static void move_children(struct names *names, const char *from, const char *to)
{
	for (size_t i = 0; i < names->count; i++)
		(void)move_path(names->list[i].path, from, to);
}

static void apply(struct names *names, const struct change *change)
{
	const struct name *from;

	switch (change->kind) {
	case ADD:
		set_name(names, change->path, change->inode);
		return;
	case RENAME:
		from = find(names, change->path);
		if (from != NULL && from->inode == change->inode)
			remove_name(names, change->path);
		set_name(names, change->to, change->inode);
		if (change->inode->is_folder)
			move_children(names, change->path, change->to);
		return;
	case REMOVE:
		from = find(names, change->path);
		if (from != NULL && from->inode == change->inode)
			remove_name(names, change->path);
		return;
	}
}

static void note(struct sim_disk *sim, struct change change)
{
	if (sim->pending_count == sim->pending_cap) {
		sim->pending_cap = MAX_OF(sim->pending_cap * 2, (size_t)8);
		sim->pending =
			memory_resize(sim->pending, sim->pending_cap * sizeof(*sim->pending));
	}
	ref(change.inode);
	apply(&sim->now, &change);
	for (size_t i = 0; change.kind == RENAME && i < sim->pending_count; i++) {
		(void)move_path(sim->pending[i].path, change.path, change.to);
		(void)move_path(sim->pending[i].to, change.path, change.to);
	}
	sim->pending[sim->pending_count++] = change;
}

/* Keeps the pending changes of a folder, or of all for which `survives`. */
static void settle(struct sim_disk *sim, const char *folder, bool by_chance)
{
	size_t left = 0;

	for (size_t i = 0; i < sim->pending_count; i++) {
		struct change change = sim->pending[i];
		if (!by_chance && !str_equal(folder_of(change.path), str_of(folder))) {
			sim->pending[left++] = change;
			continue;
		}
		if (!by_chance || random_below(&sim->random, 2) == 0)
			apply(&sim->kept, &change);
		unref(change.inode);
	}
	sim->pending_count = left;
}

/* Crash and reboot */

static void tear(struct sim_disk *sim, struct inode *inode)
{
	size_t old = inode->kept.len, fresh = inode->now.len;

	for (size_t page = 0; page < inode->dirty_pages; page++)
		if (inode->dirty[page] && random_below(&sim->random, 2) == 0)
			keep_page(inode, page);
	if (inode->size_dirty) {
		size_t low = MIN_OF(old, fresh), high = MAX_OF(old, fresh);
		switch (random_below(&sim->random, 3)) {
		case 0:
			resize(&inode->kept, old);
			break;
		case 1:
			resize(&inode->kept, fresh);
			break;
		default: /* growing may stop anywhere; cutting is whole */
			resize(&inode->kept,
				fresh < old ? fresh
					    : low + random_below(&sim->random, high - low + 1));
		}
	}
	clean(inode);
}

static bool has_folder(struct names *names, const char *path)
{
	char folder[128];

	(void)snprintf(folder, sizeof(folder), STR_FMT, STR_ARG(folder_of(path)));
	return strcmp(folder, "/") == 0 || find(names, folder) != NULL;
}

/* What stands in a folder that is gone, is gone. */
static void drop_orphans(struct names *names)
{
	for (size_t i = 0; i < names->count;) {
		if (has_folder(names, names->list[i].path)) {
			i++;
			continue;
		}
		remove_name(names, names->list[i].path);
		i = 0;
	}
}

void sim_disk_reboot(struct sim_disk *sim)
{
	(void)pthread_mutex_lock(&sim->lock); /* fails only when misused */
	settle(sim, NULL, true);
	for (size_t i = 0; i < sim->now.count; i++)
		tear(sim, sim->now.list[i].inode);
	for (size_t i = 0; i < sim->kept.count; i++)
		tear(sim, sim->kept.list[i].inode); /* clean after the first time */
	drop_orphans(&sim->kept);
	clear_names(&sim->now);
	for (size_t i = 0; i < sim->kept.count; i++) {
		struct inode *inode = sim->kept.list[i].inode;
		resize(&inode->now, 0);
		resize(&inode->now, inode->kept.len);
		if (inode->kept.len > 0)
			memcpy(inode->now.bytes, inode->kept.bytes, inode->kept.len);
		inode->locked = false;
		set_name(&sim->now, sim->kept.list[i].path, inode);
	}
	sim->late_sync = NULL;
	sim->crashed = false;
	sim->faults.crash_at = sim->faults.fail_at = 0;
	sim->faults.crash_class = 0;
	sim->life++;
	(void)pthread_mutex_unlock(&sim->lock);
}

/* Operations */

static err dead(const char *path, struct why *why)
{
	return fail(why, MSG_IO, arg_c("power"), arg_c(path), arg_c("off"));
}

static struct sim_point *point_of(struct sim_coverage *coverage, const char *name)
{
	for (size_t i = 0; i < coverage->count; i++)
		if (strcmp(coverage->points[i].name, name) == 0)
			return &coverage->points[i];
	ASSERT(coverage->count < SIM_POINTS_MAX);
	struct sim_point *fresh = &coverage->points[coverage->count++];
	(void)snprintf(fresh->name, sizeof(fresh->name), "%s", name); /* fits */
	fresh->life = coverage->life;
	return fresh;
}

/* The name of a point, without "doing". */
static void name_point(struct sim_disk *sim, const char *kind, const char *path, char *out)
{
	const char *base = strrchr(path, '/'), *suffix = strchr(base == NULL ? path : base, '.');
	const struct name *there = find(&sim->now, path);
	bool is_folder = strcmp(kind, "make") == 0 || (there != NULL && there->inode->is_folder);
	size_t len =
		(size_t)snprintf(out, SIM_POINT_BYTES_MAX / 2, "%s ", kind); /* kinds are short */

	for (const char *c = suffix != NULL ? suffix + 1
			     : base == NULL ? path
					    : base + 1;
		*c != 0 && len < SIM_POINT_BYTES_MAX / 2; c++)
		if (*c < '0' || *c > '9')
			out[len++] = *c;
	if (is_folder)
		out[len++] = '/';
	out[len] = 0;
}

static unsigned class_of(const char *name)
{
	uint32_t hash =
		2166136261u; /* FNV-1a: the same for ever, so that seeds keep their meaning */

	for (; *name != 0; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash % SIM_CLASSES + 1;
}

static bool is_time(struct sim_disk *sim, const char *name)
{
	struct sim_faults *faults = &sim->faults;

	if (sim->operations == faults->crash_at)
		return true;
	for (size_t i = 0; i < SIM_AIMS_MAX; i++) {
		const char *aim = faults->crash_points[i];
		if (aim == NULL || strcmp(name, aim) != 0)
			continue;
		faults->crash_points[i] = NULL;
		return true;
	}
	if (faults->crash_class == 0 || class_of(name) != faults->crash_class)
		return false;
	if (sim->faults.crash_skip > 0) {
		sim->faults.crash_skip--;
		return false;
	}
	return true;
}

/* Does the power fail here? */
static bool meet(struct sim_disk *sim, const char *kind, const char *path)
{
	char point[SIM_POINT_BYTES_MAX], name[SIM_POINT_BYTES_MAX];

	if (sim->coverage == NULL && sim->faults.crash_class == 0 &&
		sim->faults.crash_points[0] == NULL)
		return sim->operations == sim->faults.crash_at;
	name_point(sim, kind, path, point);
	(void)snprintf(name, sizeof(name), "%.24s%s%.36s", sim->doing == NULL ? "" : sim->doing,
		sim->doing == NULL ? "" : ": ", point);
	bool crash = is_time(sim, name);
	if (sim->coverage == NULL || sim->faults.uncounted)
		return crash;
	struct sim_point *known = point_of(sim->coverage, name);
	known->met++;
	known->crashed += crash;
	return crash;
}

/* What an operation has to do now. */
enum fate { GO_ON, CRASH_AFTER, CRASH_BEFORE, FAIL };

static enum fate begin(struct sim_disk *sim, const char *kind, const char *path)
{
	if (sim->late_sync != NULL)
		keep_all(sim->late_sync);
	sim->late_sync = NULL;
	sim->operations++;
	if (meet(sim, kind, path)) {
		sim->crashed = true;
		return random_below(&sim->random, 2) == 0 ? CRASH_AFTER : CRASH_BEFORE;
	}
	return sim->operations == sim->faults.fail_at ? FAIL : GO_ON;
}

static err planned_failure(struct sim_disk *sim, const char *path, struct why *why)
{
	switch ((int)sim->faults.fail_with) {
	case ERR_FULL:
		return fail(why, MSG_DISK_FULL, arg_c(path));
	case ERR_READ_ONLY:
		return fail(why, MSG_DISK_READ_ONLY, arg_c(path));
	default:
		return fail(why, MSG_IO, arg_c("sim"), arg_c(path), arg_c("planned"));
	}
}

/* The answer of an operation that was done, or not, as `fate` says. */
static err answer(struct sim_disk *sim, enum fate fate, const char *path, struct why *why)
{
	if (fate == GO_ON)
		return OK;
	return fate == FAIL ? planned_failure(sim, path, why) : dead(path, why);
}

static struct sim_disk *lock_disk(struct disk *disk)
{
	struct sim_disk *sim = (struct sim_disk *)disk;

	(void)pthread_mutex_lock(&sim->lock); /* fails only when misused */
	return sim;
}

static err unlock(struct sim_disk *sim, err e)
{
	(void)pthread_mutex_unlock(&sim->lock); /* fails only when misused */
	return e;
}

static struct handle *lock_file(struct file *file)
{
	struct handle *handle = (struct handle *)file;

	(void)pthread_mutex_lock(&handle->sim->lock); /* fails only when misused */
	return handle;
}

static bool is_dead(const struct handle *handle)
{
	return handle->sim->crashed || handle->life != handle->sim->life;
}

static uint64_t used(struct sim_disk *sim)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < sim->now.count; i++)
		bytes += sim->now.list[i].inode->now.len;
	return bytes;
}

static const struct file_ops file_ops;

static void make_handle(
	struct sim_disk *sim, struct inode *inode, const char *path, struct file **out)
{
	struct handle *handle = memory_alloc(sizeof(*handle));

	*handle = (struct handle){
		.base.ops = &file_ops, .sim = sim, .inode = ref(inode), .life = sim->life
	};
	(void)snprintf(handle->path, sizeof(handle->path), "%s", path); /* checked at the entry */
	*out = &handle->base;
	sim->open++;
}

static struct change change_of(int kind, const char *path, struct inode *inode)
{
	struct change change = { .inode = inode };

	change.kind = (unsigned)kind;
	(void)snprintf(change.path, sizeof(change.path), "%s", path); /* checked at the entry */
	return change;
}

static void cut(struct inode *inode, size_t len)
{
	size_t from = MIN_OF(len, inode->now.len), to = MAX_OF(len, inode->now.len);

	resize(&inode->now, len);
	mark_dirty(inode, from, to);
	inode->size_dirty = true;
}

static err make(struct sim_disk *sim, const char *path, struct name *there, struct file **out,
	struct why *why)
{
	enum fate fate = begin(sim, "create", path);

	if (fate == GO_ON || fate == CRASH_AFTER) {
		if (there != NULL) {
			cut(there->inode, 0);
		} else {
			struct inode *inode = memory_alloc(sizeof(*inode));
			inode->refs = 1;
			note(sim, change_of(ADD, path, inode));
			unref(inode);
		}
	}
	if (fate == GO_ON)
		make_handle(sim, find(&sim->now, path)->inode, path, out);
	return answer(sim, fate, path, why);
}

static err open_it(struct sim_disk *sim, const char *path, enum file_mode mode, struct file **out,
	struct why *why)
{
	struct name *there = find(&sim->now, path);

	if (sim->crashed)
		return dead(path, why);
	if (strlen(path) >= sizeof(there->path))
		return fail(why, MSG_PATH_TOO_LONG, arg_c(path), arg_int(127));
	if (!has_folder(&sim->now, path))
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(path));
	if (there != NULL && there->inode->is_folder)
		return fail(why, MSG_FILE_DENIED, arg_c(path));
	if (mode == FILE_CREATE && there != NULL)
		return fail(why, MSG_FILE_EXISTS, arg_c(path));
	if (mode == FILE_CREATE || mode == FILE_CREATE_OR_EMPTY)
		return make(sim, path, there, out, why);
	if (there == NULL)
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(path));
	make_handle(sim, there->inode, path, out);
	return OK;
}

static err sim_open(struct disk *disk, const char *path, enum file_mode mode, struct file **out,
	struct why *why)
{
	struct sim_disk *sim = lock_disk(disk);

	return unlock(sim, open_it(sim, path, mode, out, why));
}

static err rename_it(struct sim_disk *sim, const char *from, const char *to, struct why *why)
{
	struct name *name = find(&sim->now, from);

	if (sim->crashed)
		return dead(from, why);
	if (name == NULL || !has_folder(&sim->now, to))
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(from));
	enum fate fate = begin(sim, "rename to", to);
	if (fate == GO_ON || fate == CRASH_AFTER) {
		struct change change = change_of(RENAME, from, name->inode);
		struct name *target = find(&sim->now, to);
		(void)snprintf(change.to, sizeof(change.to), "%s", to);
		if (sim->faults.bug_half_rename && target != NULL)
			note(sim, change_of(REMOVE, to, target->inode));
		note(sim, change);
	}
	return answer(sim, fate, to, why);
}

static err sim_rename(struct disk *disk, const char *from, const char *to, struct why *why)
{
	struct sim_disk *sim = lock_disk(disk);

	return unlock(sim, rename_it(sim, from, to, why));
}

static bool has_children(struct sim_disk *sim, const char *path)
{
	for (size_t i = 0; i < sim->now.count; i++)
		if (str_equal(folder_of(sim->now.list[i].path), str_of(path)))
			return true;
	return false;
}

static err remove_it(struct sim_disk *sim, const char *path, struct why *why)
{
	struct name *name = find(&sim->now, path);

	if (sim->crashed)
		return dead(path, why);
	if (name == NULL)
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(path));
	if (name->inode->is_folder && has_children(sim, path))
		return fail(why, MSG_FILE_BUSY, arg_c(path));
	enum fate fate = begin(sim, "remove", path);
	if (fate == GO_ON || fate == CRASH_AFTER)
		note(sim, change_of(REMOVE, path, name->inode));
	return answer(sim, fate, path, why);
}

static err sim_remove(struct disk *disk, const char *path, struct why *why)
{
	struct sim_disk *sim = lock_disk(disk);

	return unlock(sim, remove_it(sim, path, why));
}

static err make_folder_it(struct sim_disk *sim, const char *path, struct why *why)
{
	if (sim->crashed)
		return dead(path, why);
	if (find(&sim->now, path) != NULL || strcmp(path, "/") == 0)
		return OK;
	if (!has_folder(&sim->now, path))
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(path));
	enum fate fate = begin(sim, "make", path);
	if (fate == GO_ON || fate == CRASH_AFTER) {
		struct inode *inode = memory_alloc(sizeof(*inode));
		inode->refs = 1;
		inode->is_folder = true;
		note(sim, change_of(ADD, path, inode));
		unref(inode);
	}
	return answer(sim, fate, path, why);
}

static err sim_make_folder(struct disk *disk, const char *path, struct why *why)
{
	struct sim_disk *sim = lock_disk(disk);

	return unlock(sim, make_folder_it(sim, path, why));
}

static err sync_folder_it(struct sim_disk *sim, const char *path, struct why *why)
{
	if (sim->crashed)
		return dead(path, why);
	if (strcmp(path, "/") != 0 && find(&sim->now, path) == NULL)
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(path));
	enum fate fate = begin(sim, "sync", path);
	if ((fate == GO_ON || fate == CRASH_AFTER) && !sim->faults.bug_no_folder_sync)
		settle(sim, path, false);
	return answer(sim, fate, path, why);
}

static err sim_sync_folder(struct disk *disk, const char *path, struct why *why)
{
	struct sim_disk *sim = lock_disk(disk);

	return unlock(sim, sync_folder_it(sim, path, why));
}

static int by_name(const void *a, const void *b)
{
	return str_compare(
		((const struct disk_entry *)a)->name, ((const struct disk_entry *)b)->name);
}

static err list_it(struct sim_disk *sim, const char *path, struct arena *arena,
	struct disk_entry **entries, size_t *count, struct why *why)
{
	struct disk_entry *list = arena_array(arena, sim->now.count, sizeof(*list));
	size_t n = 0;

	if (sim->crashed)
		return dead(path, why);
	if (strcmp(path, "/") != 0 && find(&sim->now, path) == NULL)
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(path));
	for (size_t i = 0; list != NULL && i < sim->now.count; i++) {
		struct name *name = &sim->now.list[i];
		if (!str_equal(folder_of(name->path), str_of(path)))
			continue;
		list[n] = (struct disk_entry){ .name = arena_str(
						       arena, str_of(strrchr(name->path, '/') + 1)),
			.bytes = name->inode->now.len,
			.is_folder = name->inode->is_folder };
		if (list[n++].name.ptr == NULL)
			list = NULL;
	}
	if (list == NULL)
		return fail(why, MSG_NO_ROOM, arg_c(path), arg_int((int64_t)arena_taken(arena)));
	if (n > 0)
		qsort(list, n, sizeof(*list), by_name);
	*entries = list;
	*count = n;
	return OK;
}

static err sim_list(struct disk *disk, const char *path, struct arena *arena,
	struct disk_entry **entries, size_t *count, struct why *why)
{
	struct sim_disk *sim = lock_disk(disk);

	return unlock(sim, list_it(sim, path, arena, entries, count, why));
}

static err lock_it(struct sim_disk *sim, const char *path, struct file **out, struct why *why)
{
	struct name *there = find(&sim->now, path);

	*out = NULL;
	err e = open_it(sim, path, there == NULL ? FILE_CREATE : FILE_WRITE, out, why);
	if (e != OK)
		return e;
	ASSERT(*out != NULL);
	struct handle *handle = (struct handle *)*out;
	if (handle->inode->locked) {
		unref(handle->inode);
		free(handle);
		sim->open--;
		return fail(why, MSG_FILE_BUSY, arg_c(path));
	}
	handle->is_lock = handle->inode->locked = true;
	return OK;
}

static err sim_lock(struct disk *disk, const char *path, struct file **out, struct why *why)
{
	struct sim_disk *sim = lock_disk(disk);
	struct file *file;
	err e = lock_it(sim, path, &file, why);

	if (e == OK)
		*out = file;
	return unlock(sim, e);
}

static err sim_free_bytes(struct disk *disk, const char *path, uint64_t *bytes, struct why *why)
{
	struct sim_disk *sim = lock_disk(disk);
	uint64_t capacity = sim->faults.capacity == 0 ? UINT32_MAX : sim->faults.capacity;

	if (sim->crashed)
		return unlock(sim, dead(path, why));
	*bytes = capacity - MIN_OF(capacity, used(sim));
	return unlock(sim, OK);
}

/* Files */

static err sim_read_at(
	struct file *file, uint64_t at, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct handle *handle = lock_file(file);
	const struct content *now = &handle->inode->now;

	if (is_dead(handle))
		return unlock(handle->sim, dead(handle->path, why));
	*got = at >= now->len ? 0 : MIN_OF(bytes, now->len - (size_t)at);
	if (*got > 0)
		memcpy(to, now->bytes + at, *got);
	handle->sim->bytes_read += *got;
	return unlock(handle->sim, OK);
}

static void put(struct inode *inode, size_t at, const void *from, size_t bytes)
{
	if (bytes == 0)
		return;
	if (at + bytes > inode->now.len) {
		mark_dirty(inode, inode->now.len, at + bytes); /* a hole is zeros */
		resize(&inode->now, at + bytes);
		inode->size_dirty = true;
	}
	memcpy(inode->now.bytes + at, from, bytes);
	mark_dirty(inode, at, at + bytes);
}

static err write_it(
	struct handle *handle, size_t at, const void *from, size_t bytes, struct why *why)
{
	struct sim_disk *sim = handle->sim;
	struct inode *inode = handle->inode;

	if (is_dead(handle))
		return dead(handle->path, why);
	enum fate fate = begin(sim, "write", handle->path);
	size_t grown = at + bytes > inode->now.len ? at + bytes - inode->now.len : 0;
	bool full = fate == GO_ON && sim->faults.capacity > 0 && grown > 0 &&
		    used(sim) + grown > sim->faults.capacity;
	bool part = full || fate == FAIL;
	if (fate != CRASH_BEFORE)
		put(inode, at, from, part ? random_below(&sim->random, bytes + 1) : bytes);
	return full ? fail(why, MSG_DISK_FULL, arg_c(handle->path))
		    : answer(sim, fate, handle->path, why);
}

static err sim_write_at(
	struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why)
{
	struct handle *handle = lock_file(file);

	return unlock(handle->sim, write_it(handle, (size_t)at, from, bytes, why));
}

static err sync_it(struct handle *handle, struct why *why)
{
	struct sim_disk *sim = handle->sim;

	if (is_dead(handle))
		return dead(handle->path, why);
	enum fate fate = begin(sim, "sync", handle->path);
	if (fate == FAIL && sim->faults.sync_failure_forgets)
		clean(handle->inode);
	if (fate == GO_ON || fate == CRASH_AFTER) {
		if (sim->faults.bug_late_sync)
			sim->late_sync = fate == GO_ON ? handle->inode : NULL;
		else if (!sim->faults.bug_no_sync)
			keep_all(handle->inode);
	}
	return answer(sim, fate, handle->path, why);
}

static err sim_sync(struct file *file, struct why *why)
{
	struct handle *handle = lock_file(file);

	return unlock(handle->sim, sync_it(handle, why));
}

static err sim_size(struct file *file, uint64_t *bytes, struct why *why)
{
	struct handle *handle = lock_file(file);

	if (is_dead(handle))
		return unlock(handle->sim, dead(handle->path, why));
	*bytes = handle->inode->now.len;
	return unlock(handle->sim, OK);
}

static err truncate_it(struct handle *handle, size_t bytes, struct why *why)
{
	if (is_dead(handle))
		return dead(handle->path, why);
	enum fate fate = begin(handle->sim, "truncate", handle->path);
	if (fate == GO_ON || fate == CRASH_AFTER)
		cut(handle->inode, bytes);
	return answer(handle->sim, fate, handle->path, why);
}

static err sim_truncate(struct file *file, uint64_t bytes, struct why *why)
{
	struct handle *handle = lock_file(file);

	return unlock(handle->sim, truncate_it(handle, (size_t)bytes, why));
}

static err sim_map(struct file *file, uint64_t at, size_t bytes, const void **out, struct why *why)
{
	struct handle *handle = lock_file(file);
	const struct content *now = &handle->inode->now;

	if (is_dead(handle))
		return unlock(handle->sim, dead(handle->path, why));
	ASSERT(at % 4096 == 0 && bytes > 0 && at <= now->len && bytes <= now->len - at);
	void *copy = memory_alloc(bytes);
	memcpy(copy, now->bytes + at, bytes);
	*out = copy;
	return unlock(handle->sim, OK);
}

static void sim_unmap(struct file *file, const void *mapped, size_t bytes)
{
	(void)file;
	(void)bytes;
	free((void *)(uintptr_t)mapped);
}

static void sim_close(struct file *file)
{
	struct handle *handle = lock_file(file);
	struct sim_disk *sim = handle->sim;

	if (handle->is_lock && handle->life == sim->life)
		handle->inode->locked = false;
	if (sim->late_sync == handle->inode)
		sim->late_sync = NULL;
	unref(handle->inode);
	free(handle);
	sim->open--;
	(void)unlock(sim, OK);
}

static const struct file_ops file_ops = {
	.read_at = sim_read_at,
	.write_at = sim_write_at,
	.sync = sim_sync,
	.size = sim_size,
	.truncate = sim_truncate,
	.map = sim_map,
	.unmap = sim_unmap,
	.close = sim_close,
};

static const struct disk_ops disk_ops = {
	.open = sim_open,
	.rename = sim_rename,
	.remove = sim_remove,
	.make_folder = sim_make_folder,
	.sync_folder = sim_sync_folder,
	.list = sim_list,
	.lock = sim_lock,
	.free_bytes = sim_free_bytes,
};

struct sim_disk *sim_disk_create(uint64_t seed, struct sim_coverage *coverage)
{
	struct sim_disk *sim = memory_alloc(sizeof(*sim));

	sim->base.ops = &disk_ops;
	sim->random = random_of(seed);
	sim->coverage = coverage;
	ASSERT(pthread_mutex_init(&sim->lock, NULL) == 0);
	return sim;
}

void sim_disk_free(struct sim_disk *sim)
{
	settle(sim, NULL, true);
	clear_names(&sim->now);
	clear_names(&sim->kept);
	free(sim->now.list);
	free(sim->kept.list);
	free(sim->pending);
	ASSERT(pthread_mutex_destroy(&sim->lock) == 0);
	free(sim);
}

struct disk *sim_disk_of(struct sim_disk *sim)
{
	return &sim->base;
}

struct sim_faults *sim_disk_faults(struct sim_disk *sim)
{
	return &sim->faults;
}

size_t sim_disk_open_files(struct sim_disk *sim)
{
	(void)pthread_mutex_lock(&sim->lock); /* fails only when misused */
	size_t open = sim->open;
	(void)pthread_mutex_unlock(&sim->lock); /* fails only when misused */
	return open;
}

uint64_t sim_disk_operations(const struct sim_disk *sim)
{
	return sim->operations;
}

uint64_t sim_disk_bytes_read(const struct sim_disk *sim)
{
	return sim->bytes_read;
}

bool sim_disk_crashed(const struct sim_disk *sim)
{
	return sim->crashed;
}

void sim_disk_flip(struct sim_disk *sim, const char *path, uint64_t at, uint8_t bits)
{
	struct inode *inode = find(&sim->now, path)->inode;

	ASSERT(at < inode->now.len);
	inode->now.bytes[at] = (char)((uint8_t)inode->now.bytes[at] ^ bits);
	if (at < inode->kept.len)
		inode->kept.bytes[at] = (char)((uint8_t)inode->kept.bytes[at] ^ bits);
}

static bool holds(const struct names *names, str folder, str bytes)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct inode *inode = names->list[i].inode;
		if (!str_starts(str_of(names->list[i].path), folder))
			continue;
		if ((inode->now.len > 0 && memmem(inode->now.bytes, inode->now.len, bytes.ptr,
						   bytes.len) != NULL) ||
			(inode->kept.len > 0 && memmem(inode->kept.bytes, inode->kept.len,
							bytes.ptr, bytes.len) != NULL))
			return true;
	}
	return false;
}

bool sim_disk_holds(struct sim_disk *sim, str bytes)
{
	return holds(&sim->now, STR("/"), bytes) || holds(&sim->kept, STR("/"), bytes);
}

bool sim_disk_holds_under(struct sim_disk *sim, const char *folder, str bytes)
{
	char prefix[129];

	(void)snprintf(prefix, sizeof(prefix), "%.127s/", folder);
	return holds(&sim->now, str_of(prefix), bytes) || holds(&sim->kept, str_of(prefix), bytes);
}

void sim_disk_doing(struct sim_disk *sim, const char *what)
{
	sim->doing = what;
}
