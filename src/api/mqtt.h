/* api/mqtt.h - subscriptions to an MQTT broker: devices and telemetry.
 *
 *   broker --PUBLISH, QoS 1--> batch --capture_take_bodies()--> durable --PUBACK--> broker
 *
 * 1. A message is acknowledged to the broker only after its batch is durable: libmosquitto queues
 *    the PUBACK when it reads the message, and only this thread writes, after the commit.  Where
 *    the commit fails, the connection is cut with the acknowledgements unsent, and the broker
 *    delivers again.
 * 2. The session is durable: what is published while nobody is connected waits at the broker, as
 *    far as the broker keeps it.
 * 3. A message that is delivered again is known by the message id that the mapping names, else by
 *    its content: so it needs an id, or a time of its own.
 * 4. Retained messages are passed over: they are what was, told again at each subscription.
 *
 * A message is JSON, read by a mapping (exchange/body_map.h), which may name these columns besides:
 * topic, topic.0, topic.1 ... (its levels), received.
 *
 * Threads: one of each subscription's own.
 */
#pragma once

#include "api/capture.h"

enum {
	MQTT_MESSAGE_BYTES_MAX = 1 << 20, /* a longer one is refused, and counted */
	MQTT_BATCH_MESSAGES_MAX = 500,
	MQTT_TOPICS_MAX = 32,
	MQTT_LEVELS_MAX = 8, /* of a topic, that have columns */
	MQTT_AGAIN_MS = 2000, /* until the broker is tried again */
	MQTT_KEEPALIVE_S = 60,
};
#define MQTT_BATCH_BYTES_MAX ((size_t)4 << 20)

/* Texts are NUL-terminated and copied, but for the mapping, which lies in the arena. */
struct mqtt_options {
	struct capture *capture;
	struct arena *arena; /* taken */
	str name, source, host, client_id, user, password;
	uint16_t port;
	str ca, certificate, key; /* PEM files; ca "": without TLS */
	str topics[MQTT_TOPICS_MAX];
	size_t topic_count;
	str events; /* the path of the list within a message */
	const struct mapping *mapping;
	/* Trouble, once until it is over; any thread. */
	void (*tell)(void *context, const char *what, const struct why *why);
	void *context;
};

struct mqtt;

/* MSG_MQTT_SETUP: a certificate, a key or a topic that cannot be.  That the broker is not there is
 * no error: it is tried again and again.  The texts must live as long as the arena. */
err mqtt_open(const struct mqtt_options *options, struct mqtt **out, struct why *why);
void mqtt_start(struct mqtt *mqtt);
void mqtt_stop(struct mqtt *mqtt); /* and free; NULL is fine */
