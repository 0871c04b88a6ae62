/* api/mqtt.c - see mqtt.h */
#include "api/mqtt.h"

#include <mosquitto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/waiting.h"

enum { TICK_MS = 1000, READS_IN_VAIN_MAX = 2, QOS = 1 };

struct mqtt {
	struct mqtt_options options;
	struct mosquitto *client;
	int wake; /* an eventfd: the stop is set */
	atomic_bool stop;
	bool runs, in_trouble;
	bool is_cut; /* what is read now is for nobody: it comes again */
	pthread_t thread;
	struct arena *batch; /* of the messages at hand */
	struct capture_body messages[MQTT_BATCH_MESSAGES_MAX];
	size_t count, bytes;
};

/* ---- trouble is told once, until it is over */

static void tell(struct mqtt *m, const char *reason)
{
	struct why why = { 0 };

	if (m->in_trouble || atomic_load(&m->stop))
		return;
	m->in_trouble = true;
	(void)fail(&why, MSG_MQTT_SETUP, arg_str(m->options.name), arg_c(reason));
	m->options.tell(m->options.context, "mqtt", &why);
}

/* ---- what libmosquitto calls, within mosquitto_loop_read() */

static void on_connect(struct mosquitto *client, void *context, int code)
{
	struct mqtt *m = context;

	if (code != 0) {
		tell(m, mosquitto_connack_string(code));
		return;
	}
	m->in_trouble = false;
	for (size_t i = 0; i < m->options.topic_count; i++) /* again and again: it does no harm */
		if (mosquitto_subscribe(client, NULL, m->options.topics[i].ptr, QOS) !=
			MOSQ_ERR_SUCCESS)
			tell(m, m->options.topics[i].ptr);
}

static void on_subscribe(
	struct mosquitto *client, void *context, int id, int count, const int *granted)
{
	(void)client, (void)id;
	for (int i = 0; i < count; i++)
		if (granted[i] != QOS)
			tell(context, "SUBACK");
}

/* topic, topic.0, topic.1 ... */
static size_t name_levels(str topic, struct body_value *out)
{
	static const char *const names[MQTT_LEVELS_MAX] = { "topic.0", "topic.1", "topic.2",
		"topic.3", "topic.4", "topic.5", "topic.6", "topic.7" };
	str rest = topic, level;
	size_t n = 0;

	out[n++] = (struct body_value){ STR("topic"), topic };
	for (bool more = true; more && n <= MQTT_LEVELS_MAX; n++) {
		level = rest;
		more = str_split(rest, '/', &level, &rest);
		out[n] = (struct body_value){ str_of(names[n - 1]), level };
	}
	return n;
}

static void refuse(struct mqtt *m)
{
	struct why why = { 0 };

	(void)fail(&why, MSG_HTTP_BODY_LONG, arg_int(MQTT_MESSAGE_BYTES_MAX));
	source_reject(
		sources_get(capture_sources(m->options.capture), m->options.source), &why, STR(""));
}

static void on_message(
	struct mosquitto *client, void *context, const struct mosquitto_message *message)
{
	struct mqtt *m = context;
	size_t bytes = (size_t)message->payloadlen;

	(void)client;
	if (message->retain || m->is_cut)
		return;
	ASSERT(m->count < MQTT_BATCH_MESSAGES_MAX); /* read_batch() */
	if (bytes > MQTT_MESSAGE_BYTES_MAX) {
		refuse(m);
		return;
	}
	struct capture_body *b = &m->messages[m->count];
	struct body_value *beside = arena_array(m->batch, MQTT_LEVELS_MAX + 1, sizeof(*beside));
	str topic = arena_str(m->batch, str_of(message->topic));
	b->body = arena_str(m->batch, (str){ message->payload, bytes });
	ASSERT(beside != NULL && topic.ptr != NULL && b->body.ptr != NULL); /* is_full() */
	b->beside_count = name_levels(topic, beside);
	b->beside = beside;
	m->count++;
	m->bytes += bytes;
}

/* ---- reading, committing, acknowledging */

static bool is_full(const struct mqtt *m)
{
	return m->count == MQTT_BATCH_MESSAGES_MAX || m->bytes >= MQTT_BATCH_BYTES_MAX;
}

/* All that is there, up to a batch.  One call reads one packet, or a part of one. */
static int read_batch(struct mqtt *m)
{
	int code = MOSQ_ERR_SUCCESS;
	unsigned in_vain = 0;

	while (code == MOSQ_ERR_SUCCESS && in_vain < READS_IN_VAIN_MAX && !is_full(m)) {
		size_t before = m->count;
		code = mosquitto_loop_read(m->client, 1);
		in_vain = m->count > before ? 0 : in_vain + 1;
	}
	return code;
}

/* Its limit holds a source back; the broker keeps the rest meanwhile. */
static void wait_for_limit(struct mqtt *m)
{
	struct source *source = sources_get(capture_sources(m->options.capture), m->options.source);
	struct pollfd fd = { .fd = m->wake, .events = POLLIN };
	int64_t retry_s = 0;

	while (!source_may_send(source, m->count, &retry_s) && !atomic_load(&m->stop))
		(void)poll(&fd, 1, (int)MIN_OF(retry_s, (int64_t)MQTT_KEEPALIVE_S / 2) * 1000);
}

/* Cut with its acknowledgements unsent: the broker delivers again. */
static void cut(struct mqtt *m)
{
	int fd = mosquitto_socket(m->client);

	if (fd >= 0)
		(void)shutdown(fd, SHUT_RDWR); /* it may be gone already */
	m->is_cut = true;
	while (mosquitto_socket(m->client) >= 0)
		(void)mosquitto_loop_read(
			m->client, 1); /* what has come; then it sees, and closes */
}

static void commit(struct mqtt *m)
{
	struct why why = { 0 };

	if (m->count == 0)
		return;
	wait_for_limit(m);
	err e = atomic_load(&m->stop) ? ERR_CANCELLED
				      : capture_take_bodies(m->options.capture, m->options.source,
						&(const struct capture_reading){
							m->options.mapping, m->options.events },
						m->messages, m->count, &why);
	if (e != OK) {
		if (!m->in_trouble && e != ERR_CANCELLED)
			m->options.tell(m->options.context, "mqtt", &why);
		m->in_trouble |= e != ERR_CANCELLED;
		cut(m);
	}
	m->count = m->bytes = 0;
	arena_reset(m->batch);
}

/* ---- the loop */

static void wait_a_little(struct mqtt *m, int ms)
{
	struct pollfd fd = { .fd = m->wake, .events = POLLIN };

	(void)poll(&fd, 1, ms); /* however it ends */
}

static void connect_again(struct mqtt *m, bool is_first)
{
	const struct mqtt_options *o = &m->options;
	int code = is_first ? mosquitto_connect_async(
				      m->client, o->host.ptr, o->port, MQTT_KEEPALIVE_S)
			    : mosquitto_reconnect_async(m->client);

	m->is_cut = false;
	if (code != MOSQ_ERR_SUCCESS)
		tell(m, mosquitto_strerror(code));
}

static int turn(struct mqtt *m)
{
	struct pollfd fds[2] = { { .fd = mosquitto_socket(m->client), .events = POLLIN },
		{ .fd = m->wake, .events = POLLIN } };

	if (mosquitto_want_write(m->client))
		fds[0].events |= POLLOUT;
	(void)poll(fds, ARRAY_LEN(fds), TICK_MS); /* a look too many does no harm */
	int code = read_batch(m);
	commit(m);
	if (code == MOSQ_ERR_SUCCESS && mosquitto_socket(m->client) >= 0)
		code = mosquitto_loop_write(m->client, 1);
	if (code == MOSQ_ERR_SUCCESS)
		code = mosquitto_loop_misc(m->client);
	return code;
}

static void *run(void *context)
{
	struct mqtt *m = context;

	connect_again(m, true);
	while (!atomic_load(&m->stop)) {
		int code = mosquitto_socket(m->client) < 0 ? MOSQ_ERR_NO_CONN : turn(m);
		if (code == MOSQ_ERR_SUCCESS)
			continue;
		tell(m, mosquitto_strerror(code));
		wait_a_little(m, MQTT_AGAIN_MS);
		if (!atomic_load(&m->stop))
			connect_again(m, false);
	}
	return NULL;
}

/* ---- life */

static int set_up(struct mqtt *m)
{
	const struct mqtt_options *o = &m->options;
	int code = mosquitto_threaded_set(m->client, true); /* else PUBACKs go out at once */

	mosquitto_connect_callback_set(m->client, on_connect);
	mosquitto_subscribe_callback_set(m->client, on_subscribe);
	mosquitto_message_callback_set(m->client, on_message);
	if (code == MOSQ_ERR_SUCCESS) /* an acknowledgement is small, and waited for */
		code = mosquitto_int_option(m->client, MOSQ_OPT_TCP_NODELAY, 1);
	if (code == MOSQ_ERR_SUCCESS && o->user.len > 0)
		code = mosquitto_username_pw_set(
			m->client, o->user.ptr, o->password.len > 0 ? o->password.ptr : NULL);
	if (code == MOSQ_ERR_SUCCESS && o->ca.len > 0)
		code = mosquitto_tls_set(m->client, o->ca.ptr, NULL,
			o->certificate.len > 0 ? o->certificate.ptr : NULL,
			o->key.len > 0 ? o->key.ptr : NULL, NULL);
	for (size_t i = 0; code == MOSQ_ERR_SUCCESS && i < o->topic_count; i++)
		code = mosquitto_sub_topic_check(o->topics[i].ptr);
	return code;
}

err mqtt_open(const struct mqtt_options *options, struct mqtt **out, struct why *why)
{
	struct mqtt *m = memory_alloc(sizeof(*m));

	m->options = *options;
	m->wake = eventfd(0, EFD_CLOEXEC);
	ASSERT(m->wake >= 0);
	m->batch = arena_create(4 * MQTT_BATCH_BYTES_MAX);
	atomic_init(&m->stop, false);
	(void)mosquitto_lib_init(); /* counted by it */
	m->client = mosquitto_new(options->client_id.ptr, false, m);
	int code = m->client == NULL ? MOSQ_ERR_INVAL : set_up(m);
	if (code == MOSQ_ERR_SUCCESS) {
		*out = m;
		return OK;
	}
	err e = fail(why, MSG_MQTT_SETUP, arg_str(options->name), arg_c(mosquitto_strerror(code)));
	m->options.arena = NULL; /* the caller has it still, and `why` may borrow */
	mqtt_stop(m);
	return e;
}

void mqtt_start(struct mqtt *m)
{
	int code = pthread_create(&m->thread, NULL, run, m);

	ASSERT(code == 0);
	(void)pthread_setname_np(m->thread, "mqtt");
	m->runs = true;
}

void mqtt_stop(struct mqtt *m)
{
	if (m == NULL)
		return;
	atomic_store(&m->stop, true);
	if (m->runs) {
		(void)eventfd_write(m->wake, 1); /* cannot fail: it is 0 */
		int code = pthread_join(m->thread, NULL);
		ASSERT(code == 0);
	}
	if (m->client != NULL)
		mosquitto_destroy(m->client);
	(void)mosquitto_lib_cleanup(); /* counted by it */
	(void)close(m->wake); /* nothing was written */
	arena_free(m->batch);
	arena_free(m->options.arena);
	free(m);
}
