/* api/http_tls.c - the certificate of the process, and another one without stopping.
 *
 * libmicrohttpd takes a certificate once, when a daemon starts; so gnutls asks us for each new
 * connection.  It does not say whose connection that is: a process has one certificate.  Former
 * ones stay in memory, for handshakes may still use them: a few kilobytes a renewal.
 */
#include "api/http_internal.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

enum { CHAIN_MAX = 16, PEM_BYTES_MAX = 1 << 20 };

struct certificate {
	struct certificate *former;
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count;
	gnutls_privkey_t key;
};
static _Atomic(struct certificate *) current;

static err bad(const char *file, int number, struct why *why)
{
	return fail(why, MSG_HTTP_CERTIFICATE, arg_c(file), arg_c(gnutls_strerror(number)));
}

static err read_pem(const char *file, struct arena *arena, gnutls_datum_t *out, struct why *why)
{
	str bytes;
	err e = disk_read_whole(disk_real(), file, PEM_BYTES_MAX, arena, &bytes, why);

	if (e == OK)
		*out = (gnutls_datum_t){ (unsigned char *)(uintptr_t)bytes.ptr,
			(unsigned)bytes.len };
	return e;
}

static void free_certificate(struct certificate *c)
{
	for (unsigned i = 0; i < c->count; i++)
		gnutls_pcert_deinit(&c->chain[i]);
	if (c->key != NULL)
		gnutls_privkey_deinit(c->key);
	free(c);
}

/* Does the key belong to the first certificate of the chain? */
static int check_pair(const struct certificate *c)
{
	gnutls_pubkey_t of_key;
	unsigned char a[64], b[64];
	size_t a_len = sizeof(a), b_len = sizeof(b);
	int n = gnutls_pubkey_init(&of_key);

	if (n < 0)
		return n;
	n = gnutls_pubkey_import_privkey(of_key, c->key, 0, 0);
	if (n >= 0)
		n = gnutls_pubkey_get_key_id(of_key, GNUTLS_KEYID_USE_SHA256, a, &a_len);
	if (n >= 0)
		n = gnutls_pubkey_get_key_id(
			c->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, b, &b_len);
	gnutls_pubkey_deinit(of_key);
	if (n < 0)
		return n;
	return str_equal((str){ (char *)a, a_len }, (str){ (char *)b, b_len })
		       ? 0
		       : GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
}

static err fill(
	struct certificate *c, const char *certificate_file, const char *key_file, struct why *why)
{
	AUTO_ARENA arena = arena_create((size_t)4 << 20);
	gnutls_datum_t pem, key;
	unsigned count = CHAIN_MAX;
	err e = read_pem(certificate_file, arena, &pem, why);

	if (e == OK)
		e = read_pem(key_file, arena, &key, why);
	if (e != OK)
		return e;
	int n = gnutls_pcert_list_import_x509_raw(c->chain, &count, &pem, GNUTLS_X509_FMT_PEM, 0);
	if (n < 0)
		return bad(certificate_file, n, why);
	c->count = count;
	n = gnutls_privkey_init(&c->key);
	if (n >= 0)
		n = gnutls_privkey_import_x509_raw(c->key, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (n >= 0)
		n = check_pair(c);
	return n < 0 ? bad(key_file, n, why) : OK;
}

err certificate_load(const char *certificate_file, const char *key_file, struct why *why)
{
	struct certificate *c = memory_alloc(sizeof(*c));
	err e = fill(c, certificate_file, key_file, why);

	if (e != OK) {
		free_certificate(c);
		return e;
	}
	c->former = atomic_load(&current);
	while (!atomic_compare_exchange_weak(&current, &c->former, c)) {
	}
	return OK;
}

static int retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
	const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **chain,
	unsigned *chain_count, gnutls_privkey_t *key)
{
	struct certificate *c = atomic_load(&current);

	(void)session;
	(void)authorities;
	(void)count;
	(void)algorithms;
	(void)algorithm_count;
	if (c == NULL)
		return -1;
	*chain = c->chain;
	*chain_count = c->count;
	*key = c->key;
	return 0;
}

gnutls_certificate_retrieve_function2 *certificate_callback(void)
{
	return retrieve;
}
