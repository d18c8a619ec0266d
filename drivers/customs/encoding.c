/* SPDX-License-Identifier: MIT */
/*
 * Conversion between UTF-8 and GB18030 with iconv. GB2312 and GBK are read as GB18030, which
 * contains them.
 *
 * Layer: drivers.
 */
#include "drivers/customs/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hal/text.h"

enum {
	DECLARED_NAME_MAX = 15,
	DECLARATION_MAX = 128, /* the declaration ends within so many bytes */
};

const char *encoding_declared(enum customs_encoding encoding)
{
	switch (encoding) {
	case CUSTOMS_GB18030:
	case CUSTOMS_UTF8_AS_GB: return "GB18030";
	case CUSTOMS_GB2312: return "GB2312";
	case CUSTOMS_GBK: return "GBK";
	default: return "UTF-8";
	}
}

/* The value of encoding="…" in <?xml … ?>, or "". */
static void find_declared(const char *xml, size_t len, char name[DECLARED_NAME_MAX + 1])
{
	char head[DECLARATION_MAX + 1];
	size_t head_len = len < DECLARATION_MAX ? len : DECLARATION_MAX;
	const char *at, *end;
	char *stop;
	size_t name_len;

	name[0] = '\0';
	memcpy(head, xml, head_len);
	head[head_len] = '\0';
	stop = strstr(head, "?>");
	if (strncmp(head, "<?xml", 5) != 0 || !stop)
		return;
	*stop = '\0';
	at = strstr(head, "encoding");
	if (!at)
		return;
	at += strlen("encoding");
	at += strspn(at, " \t\r\n=");
	if (*at != '"' && *at != '\'')
		return;
	end = strchr(at + 1, *at);
	name_len = end ? (size_t)(end - at - 1) : 0;
	if (name_len > DECLARED_NAME_MAX)
		return;
	memcpy(name, at + 1, name_len);
	name[name_len] = '\0';
}

/* CUSTOMS_UTF8 for everything else, as XML has it without a declaration. */
static enum customs_encoding read_declared(const char *xml, size_t len)
{
	static const struct {
		const char *name;
		enum customs_encoding encoding;
	} names[] = {
		{"GB18030", CUSTOMS_GB18030},
		{"GB2312",  CUSTOMS_GB2312 },
		{"GBK",     CUSTOMS_GBK    },
		{"CP936",   CUSTOMS_GBK    },
	};
	char declared[DECLARED_NAME_MAX + 1];

	find_declared(xml, len, declared);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcasecmp(declared, names[i].name))
			return names[i].encoding;
	}
	return CUSTOMS_UTF8;
}

static bool is_ascii(const char *xml, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)xml[i] >= 0x80)
			return false;
	}
	return true;
}

static void note_seen(struct customs_seen *seen, const char *xml, size_t len,
		      enum customs_encoding declared, bool was_gb)
{
	bool says_gb = declared != CUSTOMS_UTF8;

	if (is_ascii(xml, len)) {
		if (!says_gb)
			return;
		was_gb = true;
	}
	seen->is.encoding = was_gb == says_gb ? declared
			    : was_gb          ? CUSTOMS_GB18030_AS_UTF8
					      : CUSTOMS_UTF8_AS_GB;
	customs_seen_mark(seen, TRAIT_ENCODING);
}

/* KAKOU_E_GARBLED: not valid in `from`. KAKOU_E_FULL: larger than `size`. */
static enum kakou_err convert(const char *to, const char *from, const char *text,
			      size_t len, char *out, size_t size, size_t *out_len)
{
	iconv_t converter = iconv_open(to, from);
	char *source = (char *)text; /* iconv's prototype; it is not written to */
	char *target = out;
	size_t left = size;
	size_t done;
	int cause;

	if (converter == (iconv_t)-1)
		return errno == EINVAL ? KAKOU_E_NOTFOUND : KAKOU_E_NOMEM;
	done = iconv(converter, &source, &len, &target, &left);
	cause = errno;
	iconv_close(converter);
	if (done == (size_t)-1)
		return cause == E2BIG ? KAKOU_E_FULL : KAKOU_E_GARBLED;
	*out_len = size - left;
	return KAKOU_OK;
}

enum kakou_err encoding_check(struct why *why)
{
	static const char *const ways[][2] = {
		{"UTF-8",   "GB18030"},
		{"GB18030", "UTF-8"  }
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		iconv_t converter = iconv_open(ways[i][0], ways[i][1]);

		if (converter == (iconv_t)-1)
			return why_set(why, KAKOU_E_NOTFOUND,
				       "no conversion from %s to %s: expected glibc's "
				       "gconv/GB18030.so and gconv-modules",
				       ways[i][1], ways[i][0]);
		iconv_close(converter);
	}
	return KAKOU_OK;
}

static enum kakou_err read_gb18030(const char *xml, size_t len, char *out, size_t size,
				   size_t *out_len)
{
	enum kakou_err err = convert("UTF-8", "GB18030", xml, len, out, size, out_len);

	if (!err)
		out[*out_len] = '\0';
	return err;
}

static enum kakou_err read_utf8(const char *xml, size_t len, char *out, size_t *out_len)
{
	memcpy(out, xml, len);
	out[len] = '\0';
	*out_len = len;
	return text_count_characters(out) < 0 ? KAKOU_E_GARBLED : KAKOU_OK;
}

enum kakou_err encoding_to_utf8(const char *xml, size_t len, char **out, size_t *out_len,
				struct customs_seen *seen, struct why *why)
{
	enum customs_encoding declared = read_declared(xml, len);
	/* Two bytes of GB18030 become three of UTF-8 at most. */
	size_t size = len + len / 2 + 1;
	enum kakou_err err = KAKOU_E_GARBLED;
	bool as_gb = false;
	char *text;

	if (memchr(xml, '\0', len))
		return why_set(why, KAKOU_E_GARBLED, "XML with a NUL byte");
	text = malloc(size);
	if (!text)
		return why_set(why, KAKOU_E_NOMEM, "no memory for %zu bytes of XML", len);
	for (int attempt = 0; attempt < 3 && err == KAKOU_E_GARBLED; attempt++) {
		as_gb = attempt == 2 || (attempt == 0 && declared != CUSTOMS_UTF8);
		err = as_gb ? read_gb18030(xml, len, text, size - 1, out_len)
			    : read_utf8(xml, len, text, out_len);
	}
	if (err) {
		free(text);
		return why_set(why, err, "XML is neither UTF-8 nor GB18030");
	}
	note_seen(seen, xml, len, declared, as_gb);
	*out = text;
	return KAKOU_OK;
}

enum kakou_err encoding_from_utf8(const char *text, size_t len, enum customs_encoding to,
				  char *out, size_t size, size_t *out_len,
				  struct why *why)
{
	enum kakou_err err = convert(to == CUSTOMS_UTF8 ? "UTF-8" : "GB18030", "UTF-8",
				     text, len, out, size, out_len);

	if (err == KAKOU_E_FULL)
		return why_set(why, err, "XML of %zu bytes: room for %zu", len, size);
	if (err == KAKOU_E_GARBLED)
		return why_set(why, KAKOU_E_INVALID, "text is not UTF-8");
	return err;
}
