/* main/notify.h - tells systemd how far a service is (sd_notify(3)); without it, nothing happens.
 */
#pragma once

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
