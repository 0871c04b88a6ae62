/* api/hooks.c - see hooks.h */
#include "api/hooks.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct hooks {
	atomic_int references;
	struct arena *arena;
	struct hook items[HOOKS_MAX];
	size_t count;
	char secrets[HOOKS_MAX][SIGNATURE_SECRETS_MAX][SIGNATURE_SECRET_BYTES_MAX];
};

/* Secrets lie here and nowhere else for long: what goes is wiped. */
static void keep_secrets(struct hooks *h, size_t i)
{
	struct hook *hook = &h->items[i];

	for (size_t s = 0; s < hook->secret_count; s++) {
		str secret = hook->secrets[s];
		ASSERT(secret.len <= SIGNATURE_SECRET_BYTES_MAX);
		memcpy(h->secrets[i][s], secret.ptr, secret.len);
		hook->secrets[s].ptr = h->secrets[i][s];
	}
}

struct hooks *hooks_create(const struct hook *items, size_t count, struct arena *arena)
{
	struct hooks *h = memory_alloc(sizeof(*h));

	ASSERT(count <= HOOKS_MAX);
	atomic_init(&h->references, 1);
	h->arena = arena;
	h->count = count;
	for (size_t i = 0; i < count; i++) {
		h->items[i] = items[i];
		keep_secrets(h, i);
	}
	return h;
}

struct hooks *hooks_ref(struct hooks *h)
{
	atomic_fetch_add(&h->references, 1);
	return h;
}

void hooks_unref(struct hooks *h)
{
	if (h == NULL || atomic_fetch_sub(&h->references, 1) > 1)
		return;
	arena_free(h->arena);
	sodium_memzero(h, sizeof(*h));
	free(h);
}

const struct hook *hooks_named(const struct hooks *h, str name)
{
	for (size_t i = 0; i < h->count; i++)
		if (str_equal(h->items[i].name, name))
			return &h->items[i];
	return NULL;
}
