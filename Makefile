# SPDX-License-Identifier: MIT
#
# Kakou: the whole build, and every check.  `make help` lists the targets.
#
# A variant is a compiler with its flags and has a folder of its own:
#   make                      build/gcc    optimised and hardened; what is installed and run
#   make VARIANT=clang        build/clang  the second opinion on warnings
#   make VARIANT=asan         build/asan   clang with address and undefined-behaviour sanitizers
#   make VARIANT=cov          build/cov    gcc that counts branches, for make coverage
#   make VARIANT=arm64        build/arm64  cross-built for the board, against the libraries in SYSROOT
# V=1 shows the commands.

VARIANT    ?= gcc
BUILD      ?= build
# kakoud looks for the register maps below /usr, unless the site says maps_dir.
PREFIX     ?= /usr
PKG_CONFIG ?= pkg-config
PYTHON     ?= /usr/bin/python3
TRUCKS     ?= 30
PASSAGES   ?= 1000000
MINUTES    ?= 10
B          := $(BUILD)/$(VARIANT)
export BUILD
Q          := $(if $(V),,@)
SHELL      := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:

# ---- compilers and flags -------------------------------------------------------------------

CC.gcc   := gcc
CC.clang := clang
CC.asan  := clang
CC.cov   := gcc
CC.fuzz  := clang
CC.arm64 := aarch64-linux-gnu-gcc
CC       := $(or $(CC.$(VARIANT)),\
              $(error VARIANT is '$(VARIANT)', expected gcc, clang, asan, cov, fuzz or arm64))

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FORTIFY  := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-clash-protection
OPT.gcc   := -O2 $(FORTIFY)
OPT.clang := -O1 $(FORTIFY)
OPT.arm64  = $(OPT.gcc)
# Unoptimised: three times faster to build, and nothing undefined is optimised away unseen.
OPT.asan  := -O0 $(SANITIZE)

OPT.cov   := -O0 --coverage
OPT.fuzz  := -O1 $(SANITIZE) -fsanitize=fuzzer-no-link

WERROR   ?= -Werror
WARNINGS := -Wall -Wextra $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla
HARDEN   := -fPIE -fstack-protector-strong

# Debian's libraries for arm64, unpacked by tests/vm/prepare. Their headers come before those of the
# cross compiler, which may be of another Debian.
SYSROOT  ?= $(or $(KAKOU_VM_CACHE),$(BUILD)/vm)/sysroot
ifeq ($(VARIANT),arm64)
AR       := aarch64-linux-gnu-ar
ROOTED   := $(abspath $(SYSROOT))
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(ROOTED) \
              PKG_CONFIG_LIBDIR=$(ROOTED)/usr/lib/aarch64-linux-gnu/pkgconfig $(PKG_CONFIG)
CPPFLAGS += -isystem $(ROOTED)/usr/include/aarch64-linux-gnu -isystem $(ROOTED)/usr/include
LDFLAGS  += --sysroot=$(ROOTED)
endif

PACKAGES := libmodbus libgpiod sqlite3 libconfuse expat jansson libseccomp
GPIOD    := $(shell $(PKG_CONFIG) --modversion libgpiod 2>/dev/null)
CPPFLAGS += -I. -D_GNU_SOURCE $(if $(filter 2.%,$(GPIOD)),-DKAKOU_GPIOD_V2=1) \
            $(shell $(PKG_CONFIG) --cflags $(PACKAGES) p11-kit-1 2>/dev/null)
CFLAGS   ?= -g
override CFLAGS += -std=c11 -pthread $(WARNINGS) $(HARDEN) $(OPT.$(VARIANT))
override LDFLAGS += -pie -pthread -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed \
            $(if $(filter asan fuzz,$(VARIANT)),$(SANITIZE)) $(if $(filter cov,$(VARIANT)),--coverage)
# mbedtls has no .pc file on Debian 12.
LDLIBS   := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null) \
            -lmbedtls -lmbedx509 -lmbedcrypto -lcrypt -lm
# It sends the page as gzip.
LDLIBS.kakou-console := -lmicrohttpd -lz
# It writes JPEG files as cameras do; no other program does.
LDLIBS.kakou-yard := -ljpeg

# ---- what is built from what ----------------------------------------------------------------

LIB.hal      := $(wildcard hal/*.c hal/linux/*.c)
LIB.fake     := $(wildcard hal/fake/*.c)
LIB.drivers  := $(wildcard drivers/*/*.c)
LIB.firmware := $(wildcard $(foreach d,config people update lane record registry delivery pictures control rpc provision care,firmware/$(d)/*.c))
LIB.scenario := $(wildcard tools/scenario/*.c)
LIBS         := hal fake drivers firmware scenario

# Each program also becomes an archive, so that unit tests can reach its parts.
PROG.kakoud        := $(wildcard firmware/kakoud/*.c)
PROG.kakou         := $(wildcard firmware/kakou/*.c)
PROG.kakou-console := $(wildcard firmware/console/*.c)
PROG.kakou-yard    := $(wildcard tools/yard/*.c)
PROG.kakou-customs := $(wildcard tools/customs/*.c)
PROG.kakou-demo    := $(wildcard tools/demo/*.c)
PROG.kakou-flash   := $(wildcard tools/flash/*.c)
PROGRAMS := kakoud kakou kakou-console kakou-yard kakou-customs kakou-demo kakou-flash
SIMULATED := kakou-yard kakou-customs kakou-demo
INSTALLED := kakoud kakou kakou-console
# What a board needs to open its lanes.
ON_BOARD  := kakoud kakou

# For tests: what LD_PRELOAD or a configuration brings into a program, and each tests/system/x.c as a program
# that drives one part of the project alone.
PRELOADED := tests/fault/slow_sync.so tests/fault/watchdog_device.so tests/fault/shifted_clock.so \
             tests/fault/stuck_token.so tests/fault/serial_direction.so tests/fault/cut_short.so
PROBES    := $(patsubst %.c,$(B)/%,$(wildcard tests/system/*.c))

# tests/unit/test_x.c is one program; other files there are shared by all of them. The contract
# suite is linked twice: with the real hal, and with the fake one before it; files in
# tests/contract/linux/ and fake/ belong to one side. tests/fault/test_*.c are unit tests too, on
# a disk that fails or loses its power.
UNIT     := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c tests/fault/test_*.c))
SUITES   := $(patsubst tests/contract/%.c,%,$(wildcard tests/contract/test_*.c))
CONTRACT := $(foreach s,$(SUITES),$(B)/tests/contract/linux/$(s) $(B)/tests/contract/fake/$(s))
LIB.unit     := $(filter-out tests/fuzz/fuzz.c,$(wildcard tests/fuzz/*.c)) $(filter-out tests/unit/test_% tests/fault/test_% $(PRELOADED:.so=.c),\
                             $(wildcard tests/unit/*.c tests/fault/*.c))
LIB.contract := $(filter-out tests/contract/test_%,$(wildcard tests/contract/*.c))
LIB.contract-linux := $(wildcard tests/contract/linux/*.c)
LIB.contract-fake  := $(wildcard tests/contract/fake/*.c)
# What the virtual machine's guest runs beside the programs: tests/vm/x.c, and the contract suite
# of the lines with a simulated chip behind it.
GUEST    := $(patsubst %.c,$(B)/%,$(wildcard tests/vm/*.c)) $(B)/tests/contract/chip/test_gpio

objects  = $(patsubst %.c,$(B)/%.o,$(1))
archives = $(patsubst %,$(B)/lib%.a,$(1))
LINK     = $(CC) $(CFLAGS) $(LDFLAGS) -o $@
CORE     := $(call archives,firmware drivers hal)
WITH_FAKE := $(call archives,firmware drivers) -Wl,--whole-archive $(B)/libfake.a \
             -Wl,--no-whole-archive $(B)/libhal.a

.PHONY: all rig tests unit contract system test test-fault run demo clean install install-tools deb test-deb bundle install-deps-deb install-deps \
        install-deps-run mutants fuzz analyze model graph property coverage bench check check-layers check-format check-words check-manual \
        check-units check-mutants check-tables check-boards check-trixie format help
.PHONY: guest test-vm install-deps-vm install-deps-analyze image image-twice test-image install-deps-image soak install-deps-soak

all: $(addprefix $(B)/,$(PROGRAMS)) ; @:

rig: all $(addprefix $(B)/,$(PRELOADED)) $(PROBES) $(B)/tests/vm/commits

tests: rig $(UNIT) $(CONTRACT)

guest: $(addprefix $(B)/,$(ON_BOARD) kakou-flash) $(GUEST)

# Changes when the compiler or its flags do.
$(B)/flags: FORCE
	@mkdir -p $(@D); echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CPPFLAGS) $(CFLAGS)' >$@
FORCE:

$(B)/%.o: %.c $(B)/flags
	@$(if $(V),,echo "  CC    $@")
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/fault/%.so: tests/fault/%.c $(B)/flags
	@$(if $(V),,echo "  LINK  $@")
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) -std=c11 $(WARNINGS) -fPIC -O2 -shared -o $@ $<

define archive_rule # name, sources
$$(B)/lib$(1).a: $$(call objects,$(2))
	@$$(if $$(V),,echo "  AR    $$@")
	$$(Q)mkdir -p $$(@D) && rm -f $$@ && $$(AR) rcs $$@ $$^
endef
define program_rule # name
$$(B)/$(1): $$(call objects,$$(PROG.$(1))) $$(if $$(filter $(SIMULATED),$(1)),$$(B)/libscenario.a) $$(CORE)
	@$$(if $$(V),,echo "  LINK  $$@")
	$$(Q)$$(LINK) $$^ $$(LDLIBS) $$(LDLIBS.$(1))
endef
$(foreach l,$(LIBS) unit contract contract-linux contract-fake,\
        $(eval $(call archive_rule,$(l),$(LIB.$(l)))))
$(foreach p,$(PROGRAMS),$(eval $(call archive_rule,$(p)-parts,$(PROG.$(p)))))
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

PARTS := $(call archives,unit $(addsuffix -parts,$(PROGRAMS)) scenario)
$(UNIT): %: %.o $(PARTS) $(CORE) $(B)/libfake.a
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(LINK) $< $(PARTS) $(WITH_FAKE) $(LDLIBS) $(LDLIBS.kakou-console) $(LDLIBS.kakou-yard) -lcmocka

$(B)/tests/unit/test_token $(B)/tests/unit/test_signed_token: | $(B)/tests/fault/stuck_token.so

$(PROBES) $(filter $(B)/tests/vm/%,$(GUEST)): %: %.o $(CORE)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(LINK) $^ $(LDLIBS)

$(B)/tests/contract/linux/%: $(B)/tests/contract/%.o $(call archives,contract contract-linux) $(CORE)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)mkdir -p $(@D) && $(LINK) $^ $(LDLIBS) -lcmocka

$(B)/tests/contract/chip/%: $(B)/tests/contract/%.o $(B)/tests/contract/chip/gpio_rig.o $(CORE)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)mkdir -p $(@D) && $(LINK) $^ $(LDLIBS) -lcmocka

$(B)/tests/contract/fake/%: $(B)/tests/contract/%.o $(call archives,contract contract-fake) $(CORE) \
                            $(B)/libfake.a
	@$(if $(V),,echo "  LINK  $@")
	$(Q)mkdir -p $(@D) && $(LINK) $< $(call archives,contract contract-fake) $(WITH_FAKE) \
		$(LDLIBS) -lcmocka

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# ---- tests and checks -----------------------------------------------------------------------

# One part: `make unit T=journal` runs what has "journal" in its name. Unit and contract tests
# run under the sanitizers, system tests against build/gcc, unless VARIANT is given.
GIVEN := $(if $(filter command environment,$(firstword $(origin VARIANT))),--variant $(VARIANT))
RUN    = tests/run $(if $(T),-k '$(T)')

unit contract system: ; $(Q)$(RUN) $(GIVEN) $@
test: install-deps    ; $(Q)$(RUN) all
test-fault:           ; $(Q)$(RUN) $(GIVEN) fault
# Where packages can't be installed it goes on: tests/run then says what is missing, and skips.
test-vm: install-deps-vm
	$(Q)$(RUN) $(GIVEN) vm
# Each reader of foreign bytes for a minute; TARGETS="frame xml" picks some.
FUZZ := $(B)/tests/fuzz/fuzz
$(FUZZ): $(FUZZ).o $(call archives,unit scenario kakou-console-parts kakou-flash-parts) $(CORE)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(LINK) -fsanitize=fuzzer $^ $(LDLIBS) $(LDLIBS.kakou-console) -lcmocka
fuzz:
	$(Q)$(MAKE) --no-print-directory VARIANT=fuzz $(BUILD)/fuzz/tests/fuzz/fuzz >&2
	$(Q)tests/fuzz/run $(TARGETS)
# clang-tidy, cppcheck and gcc -fanalyzer; what has not changed is not read again.
analyze: install-deps-analyze
	$(Q)CPPFLAGS='$(CPPFLAGS)' tests/analyze $(if $(T),-k '$(T)')
property: $(B)/tests/unit/test_lane_property
	$(Q)KAKOU_PASSAGES=$(PASSAGES) $<
# The branches of interlock, wiring and lane table that their unit tests take.
COVERING := $(patsubst %.c,$(BUILD)/cov/%,$(wildcard tests/unit/test_interlock*.c \
                       tests/unit/test_lane*.c tests/unit/test_wiring.c))
coverage:
	$(Q)$(MAKE) --no-print-directory VARIANT=cov $(COVERING) >&2
	$(Q)tests/coverage.py $(BUILD)/cov $(COVERING)
# The table and the interlock in every order of events; FAULTS=n things break in one history.
model: install-deps
	$(Q)$(MAKE) --no-print-directory $(CORE) >&2
	$(Q)tests/model/run $(VARIANT) '$(LDLIBS)'
# Draws the lane's table into firmware/lane/.
graph: $(CORE)
	$(Q)mkdir -p $(BUILD)/model
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -rdynamic -o $(BUILD)/model/generate \
		tests/model/generate.c $(CORE) $(LDLIBS)
	$(Q)$(BUILD)/model/generate dot >firmware/lane/table.dot
	$(Q)dot -Tsvg -o firmware/lane/table.svg firmware/lane/table.dot
# Instructions per scan with 1, 4 and 16 lanes, by callgrind; commits on a model disk; resumed TLS
# handshakes; the history of the officers' page.
BENCHES := $(patsubst %.c,$(BUILD)/gcc/%,$(wildcard tests/bench/*.c))
$(BENCHES): %: %.o $(PARTS) $(CORE) $(B)/libfake.a
	$(Q)$(LINK) $< $(PARTS) $(WITH_FAKE) $(LDLIBS) $(LDLIBS.kakou-yard) -lcmocka
bench:
	$(Q)$(MAKE) --no-print-directory VARIANT=gcc rig $(BENCHES) >&2
	$(Q)tests/bench/run $(BUILD)/gcc
# Fifty pages open and floods, for so long, while trucks pass.
soak: install-deps-soak
	$(Q)$(MAKE) --no-print-directory VARIANT=gcc rig >&2
	$(Q)tests/soak/run --minutes $(MINUTES)
mutants: install-deps-analyze ; $(Q)tests/mutants/run $(if $(T),-k '$(T)') $(if $(WITHIN),--within '$(WITHIN)')

check: check-layers check-format check-words check-manual check-units check-mutants check-tables check-boards
format:               ; $(Q)tests/check-format.sh --fix
check-layers check-format check-words check-manual check-units check-mutants check-tables check-boards check-trixie: ; $(Q)tests/$@.sh

# ---- running, installing --------------------------------------------------------------------

# The build is a make of its own here: what install-deps brings (pkg-config above all) must be
# there before this file is read.
run: install-deps-run
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) all >&2
	$(Q)exec $(B)/kakou-demo --live

demo: install-deps-run
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) all >&2
	$(Q)exec $(B)/kakou-demo --trucks $(TRUCKS)

install-deps:     ; $(Q)tools/install-deps test
install-deps-run: ; $(Q)tools/install-deps run
install-deps-deb: ; $(Q)tools/install-deps deb
install-deps-image: install-deps-deb ; $(Q)tools/install-deps image
install-deps-analyze: ; $(Q)tools/install-deps analyze || true
install-deps-vm:  ; $(Q)tools/install-deps vm || true
install-deps-soak: ; $(Q)tools/install-deps soak

SHARE := $(DESTDIR)$(PREFIX)/share
MAN   := $(wildcard firmware/*/*.[158])
BOARDS := $(wildcard board/boards/*/board.conf board/boards/*/overlay.dts)
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/kakou/maps
	install -m 755 $(addprefix $(B)/,$(INSTALLED)) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(wildcard board/maps/*.map) $(SHARE)/kakou/maps
	$(foreach b,$(BOARDS),install -D -m 644 $(b) $(SHARE)/kakou/boards/$(patsubst board/boards/%,%,$(b));)
	cd firmware/console/page && find . -type f -exec install -D -m 644 {} $(abspath $(SHARE))/kakou/console/{} \;
	cp -d $(shell find firmware/console/page -type l) $(SHARE)/kakou/console
	$(foreach m,$(MAN),install -D -m 644 $(m) $(SHARE)/man/man$(subst .,,$(suffix $(m)))/$(notdir $(m));)

# What stands in for the world, for a machine that a gate is set up or taught on.
TOOLS     := kakou-yard kakou-customs kakou-flash
TOOLS_MAN := tools/yard/kakou-yard.1 tools/customs/kakou-customs.1 tools/flash/kakou-flash.8
install-tools: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/kakou/sim $(SHARE)/man/man1 \
		$(DESTDIR)$(PREFIX)/lib/kakou
	install -m 755 $(addprefix $(B)/,$(TOOLS)) $(DESTDIR)$(PREFIX)/bin
	$(foreach m,$(TOOLS_MAN),install -D -m 644 $(m) $(SHARE)/man/man$(subst .,,$(suffix $(m)))/$(notdir $(m));)
	install -m 644 $(filter-out %.md,$(wildcard board/sim/*)) $(SHARE)/kakou/sim
	install -m 755 tools/certs/make-certs.sh $(DESTDIR)$(PREFIX)/lib/kakou

# Debian packages for amd64 and arm64, in a chroot of the Debian that boards run.
deb: install-deps-deb
	$(Q)tools/build-deb $(ARCH)
test-deb: install-deps-deb
	$(Q)tests/check-deb.sh
# The signed update of a board, from the root file system of its image.
bundle:
	$(Q)tools/build-bundle $(BOARD)

# The image of a board, in build/image. image-twice builds it twice and compares; test-image boots one
# with a test channel in QEMU, through real U-Boot, and looks into the CM4's (T=word picks files of tests/image).
BOARD ?= qemu-virt
image: install-deps-image
	$(Q)tools/build-image $(BOARD)
image-twice: install-deps-image
	$(Q)tests/image/check-twice $(BOARD)
test-image: install-deps install-deps-image
	$(Q)TEST=1 tools/build-image qemu-virt
	$(Q)tools/build-image cm4
	$(Q)$(RUN) $(GIVEN) image

clean:
	rm -rf $(BUILD)

help:
	@echo "make                    the programs, in $(B)          (VARIANT=gcc|clang|asan, V=1)"
	@echo "make run                a gate in this terminal; Ctrl-C ends it"
	@echo "make demo TRUCKS=30     the same, for so many trucks, as records; ends by itself"
	@echo "make test               three builds, checks, unit, contract and system tests; 5 to 6 minutes"
	@echo "make unit T=word        a part of them: unit, contract, system"
	@echo "make check              check-layers, check-format, check-words, check-manual, check-units, check-mutants, check-tables, check-boards"
	@echo "make test-vm            kakoud on an emulated arm64 board with a GPIO chip of the kernel; 4 minutes"
	@echo "make test-fault         every power cut, every kill; about 10 minutes"
	@echo "make property           PASSAGES=$(PASSAGES) random passages of one lane; 6 minutes of one core"
	@echo "make bench              instructions per scan, commits on a model disk, resumed handshakes, a history of 100,000 passages; 2 minutes"
	@echo "make soak MINUTES=$(MINUTES)    fifty open pages and floods while trucks pass; nothing is lost, nothing grows"
	@echo "make coverage           every branch of interlock, wiring and lane table, or it fails; 1 minute"
	@echo "make model              the lane's table and the interlock in every order, with Spin; 2 minutes"
	@echo "make graph              draws the lane's table into firmware/lane/"
	@echo "make fuzz               each reader of foreign bytes for a minute  (TARGETS=..., SECONDS_EACH=)"
	@echo "make analyze            clang-tidy, cppcheck and gcc -fanalyzer find nothing; 6 minutes of one core, then seconds"
	@echo "make mutants            breaks the product on purpose; each must be noticed by a test"
	@echo "make check-trixie       builds and tests in a Debian 13 chroot"
	@echo "make install            programs, register maps, manual pages  (PREFIX=$(PREFIX), DESTDIR)"
	@echo "make deb                Debian packages for amd64 and arm64, in build/deb (ARCH, SUITE; as root)"
	@echo "make test-deb           installs, upgrades and purges them in a chroot, runs their units; 6 minutes"
	@echo "make bundle BOARD=name  the signed update of a board, from its image, in build/image"
	@echo "make image              image of a board for kakou-flash, in build/image  (BOARD=qemu-virt|cm4; as root)"
	@echo "make image-twice        builds it twice and compares what came out"
	@echo "make test-image         boots the image in QEMU through real U-Boot  (T=word; as root)"
	@echo "make install-deps       the Debian packages that are missing (root or sudo)"
	@echo "make clean              removes $(BUILD)/"
