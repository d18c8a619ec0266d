/* SPDX-License-Identifier: MIT */
/*
 * The customs link: asks, re-sends, listens and hands answers over. Its own thread.
 *
 * Each message goes out on its own short mutual-TLS connection (dial, frame,
 * close_notify, read to the peer's end or the deadline: only then is it "sent"); the
 * platform dials back with its answers on the listener. The link knows nothing of lanes'
 * states: it re-sends an inquiry under the same SEQ_NO until it is cancelled or answered
 * with a final verdict, and passes every answer on; whether an answer counts is decided
 * by the lane (doctrine 8).
 *
 * Layer:   drivers.
 * Threads: start and stop from main; ask, cancel, tell_states and next from the control thread
 * (wait-free); deliver and next_delivered from the thread that follows the record; read_health
 * from one other thread.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_LINK_H
#define KAKOU_DRIVERS_CUSTOMS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/customs/message.h"
#include "hal/err.h"
#include "hal/why.h"

enum { CUSTOMS_LANES_MAX = 16, CUSTOMS_ORDER_MAX = 39 };

struct customs_link; /* opaque */

struct customs_link_config {
	char host[64]; /**< the platform: numeric address */
	uint16_t port;
	char listen_host[64]; /**< where it dials back */
	uint16_t listen_port;
	char peer_name[96]; /**< DNS name in the platform's certificate, both directions
			     */
	char ca_file[160], crl_file[160], cert_file[160], key_file[160];
	struct customs_dialect dialect;
	size_t lane_count;
	struct {
		char area_id[FRAME_ID_LENGTH + 1];
		char chnl_no[FRAME_ID_LENGTH + 1];
		char direction;
		char reverse_chnl_no[FRAME_ID_LENGTH + 1]; /**< of the other direction;
							      "" = none */
		bool has_pictures; /**< some device of it has a camera */
	} lanes[CUSTOMS_LANES_MAX];
	int32_t connect_ms; /**< dial, handshake, frame and close: default 3000 */
	int32_t resend_ms;  /**< no answer: send again, default 2000, doubled up to … */
	int32_t resend_max_ms;    /**< … this, default 30000 */
	int32_t pictures_wait_ms; /**< an inquiry waits so long for its pictures; 0 = it has
				     none */
	int32_t pictures_bytes;   /**< of all pictures in one message */
	char pictures_dir[176];   /**< where their files are */
	char user_id[32];         /**< registers with it; "" = it does not */
	char password_file[160]; /**< mode 0600; read whenever it is sent */
	int32_t register_ms;     /**< registered again so often, as a sign of life */
	int32_t states_ms; /**< 0x42 so often, and with each change; 0: neither 0x42 nor 0x43 */
};

/** One inquiry of the vehicle that is in the lane: from the control thread. */
struct customs_ask {
	uint8_t lane;                   /**< index in lanes[] */
	struct customs_message message; /**< CUSTOMS_GATHER, head filled in */
};

/** One message of the record's backlog: tried once, what becomes of it is told; to try again is
 *  the caller's part. */
struct customs_delivery {
	uint64_t id; /**< not 0; told back */
	uint8_t lane;
	/** Of an inquiry, for the caller: come back with its answers. */
	int64_t passage;
	char order[CUSTOMS_ORDER_MAX + 1];
	struct customs_message message; /**< CUSTOMS_GATHER or CUSTOMS_RESULT */
};

struct customs_delivered {
	uint64_t id;
	/** KAKOU_OK: the peer closed cleanly, which is all that is known of a 0x32; a 0x21 is taken
	 *  when its answer comes. KAKOU_E_NOTFOUND, KAKOU_E_INVALID: this dialect can't say it, not
	 *  better next time. Any other: later. */
	int8_t error;
	char why[160];
};

/** A picture that is kept, and where. */
struct customs_picture {
	char position;            /**< as in a frame: '0' front … */
	uint32_t bytes;           /**< no more are read */
	unsigned char sha256[32]; /**< of what is sent; another is left out */
	char name[80];            /**< of its file, below pictures_dir */
};

/** The pictures of an inquiry, or the answer to a 0x25. */
struct customs_album {
	uint8_t lane;
	bool is_fetched;          /**< send them as a 0x26 */
	struct customs_head head; /**< of the inquiry: SEQ_NO; of a 0x25 all of it */
	uint8_t count;
	struct customs_picture pictures[FRAME_PICTURES_MAX];
};

enum customs_news_kind {
	CUSTOMS_NEWS_SENT, /**< the peer closed cleanly after our frame: `attempt` counts
			    */
	CUSTOMS_NEWS_FAILED,  /**< this attempt failed: `error`, `why`; it goes on trying
			       */
	CUSTOMS_NEWS_ANSWER,  /**< a 0x22 for one of our channels, whatever its SEQ_NO */
	CUSTOMS_NEWS_COMMAND, /**< a 0x31 for one of our channels */
	CUSTOMS_NEWS_GARBLED, /**< something came in that is not a message for us: `why`
			       */
	CUSTOMS_NEWS_DIALECT, /**< the peer speaks another dialect than its settings say, told
				 once for each difference: `why` */
	CUSTOMS_NEWS_CERTIFICATES, /**< rotated, or not to be loaded, or about to end, or not to be
				      judged for want of a clock: `why` */
	CUSTOMS_NEWS_EXPIRY, /**< of our certificates, authorities and lists the first one is about
				to end, has ended, or does so no longer: `expiry`, `why` */
	CUSTOMS_NEWS_FETCH, /**< a 0x25: the pictures of a passage are wanted */
	CUSTOMS_NEWS_DEVICE, /**< a 0x33 for one of our devices, and what was answered: `why` */
	CUSTOMS_NEWS_REGISTERED, /**< a 0x62 that says something new: `why` */
	CUSTOMS_NEWS_REFUSED,    /**< a peer failed a TLS check on our listener: `why` */
};

/** Two things that may be so at a time, or not; each is told when that changes. */
enum customs_expiry_level {
	CUSTOMS_EXPIRY_NEAR, /**< it ends within thirty days */
	CUSTOMS_EXPIRY_OVER, /**< it has ended */
	CUSTOMS_EXPIRY_LEVELS,
};

struct customs_expiry {
	uint8_t level; /**< enum customs_expiry_level */
	bool is_on;
	uint8_t part; /**< enum tls_part, of hal/tls.h */
};

struct customs_news {
	uint8_t kind; /**< enum customs_news_kind */
	uint8_t lane; /**< index; CUSTOMS_LANES_MAX when it is about none */
	uint16_t attempt;
	uint8_t pictures;             /**< SENT: so many went with it */
	int8_t error;                 /**< enum kakou_err */
	struct customs_expiry expiry; /**< EXPIRY */
	int64_t at_ms;                /**< monotonic */
	char seq_no[CUSTOMS_SEQ_MAX + 1];
	/** ANSWER: to an inquiry of the backlog, as they were given with it; 0 and "" = not known. The
	 *  order comes with the first final answer only. */
	int64_t passage;
	char order[CUSTOMS_ORDER_MAX + 1];
	struct customs_message message; /**< ANSWER, COMMAND */
	struct status_reading
		reading; /**< ANSWER: check_result; COMMAND: its command, read */
	char why[160];
};

struct customs_link_health {
	bool is_up;                          /**< the last attempt was delivered */
	int64_t last_sent_ms, last_heard_ms; /**< monotonic, -1 = never */
	int64_t last_refusal_ms;             /**< too */
	uint64_t sent, failed, answers, refused;
	uint64_t handshakes, resumed; /**< of our attempts; resumed ones are among them */
	int64_t expires_s; /**< when the first of our files ends, seconds since 1970 UTC */
	uint64_t
		dropped; /**< news lost to a full queue or a flood; never an awaited ANSWER */
	uint32_t pending; /**< inquiries being re-sent */
	char tls_version[16];
	int8_t error;           /**< enum kakou_err of the last attempt that failed */
	char last_error[160];   /**< the same in words */
	char last_refusal[160]; /**< what came in and was turned away: who, and why */
	char registration[160]; /**< what the last 0x62 said; "" = none came */
	char dialect
		[480]; /**< how the peer differs from its settings; "" = it does not */
};

/** Loads certificates, opens the listener, starts the thread. KAKOU_E_INVALID,
 * KAKOU_E_DENIED, KAKOU_E_LINK (listener's address in use), KAKOU_E_NOTFOUND (this system can't
 * convert GB18030) with `why`. */
KAKOU_MUST_CHECK enum kakou_err customs_link_start(
	struct customs_link **out, const struct customs_link_config *config,
	struct why *why);

/** Ends within 500 ms; what was not sent is dropped here (the record has it). NULL is
 * legal. */
void customs_link_stop(struct customs_link *link);

/** Begins to send. A lane's newer inquiry replaces its older one. KAKOU_E_FULL: repeat
 * with the next scan. Wait-free. */
KAKOU_MUST_CHECK enum kakou_err customs_link_ask(struct customs_link *link,
						 const struct customs_ask *ask);

/** Stops re-sending this inquiry (answered, withdrawn, gone). Unknown numbers do nothing.
 *  KAKOU_E_FULL as above. Wait-free. */
KAKOU_MUST_CHECK enum kakou_err customs_link_cancel(struct customs_link *link,
						    uint8_t lane, const char *seq_no);

/** Sends a message of the backlog once, when nothing of the present is due; one of a lane at a time.
 *  KAKOU_E_FULL: later. Wait-free. */
KAKOU_MUST_CHECK enum kakou_err customs_link_deliver(
	struct customs_link *link, const struct customs_delivery *delivery);

/** What became of the oldest; false when there is none. Each delivery is told exactly once, but for
 *  those under way at the stop. Wait-free. */
bool customs_link_next_delivered(struct customs_link *link,
				 struct customs_delivered *out);

/** Readable when there is one. */
int customs_link_delivered_fd(const struct customs_link *link);

/** The pictures of an inquiry are known, or those that were fetched. From the pictures' thread.
 *  KAKOU_E_FULL: an inquiry goes without. Wait-free. */
KAKOU_MUST_CHECK enum kakou_err customs_link_attach(struct customs_link *link,
						    const struct customs_album *album);

/** The states of each lane's devices, newest wins: `states` has CUSTOMS_LANES_MAX of them; `turned`,
 *  bit = lane: the other direction is in force. Wait-free; once a second is often enough. */
void customs_link_tell_states(struct customs_link *link,
			      const struct customs_states *states, uint32_t turned);

/** The oldest news; false when there is none. Wait-free. While the queue is full, answers and
 * commands stay unread on their connections and come when there is room; SENT, FAILED, GARBLED
 * and REFUSED are dropped and counted, EXPIRY is told a second later. So that a flood from the network does not fill the record,
 * the last two are held to one a second after 16 at once; commands, and answers that are interim
 * or to nothing that is being asked, each to ten a second after 64. */
bool customs_link_next(struct customs_link *link, struct customs_news *out);

/** Newest health; false before the first. Wait-free. */
bool customs_link_read_health(struct customs_link *link, struct customs_link_health *out);

#endif
