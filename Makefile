# spritefarm: `make help` lists what can be made and which settings it takes.

VARIANT ?= release
PREFIX  ?= /usr/local
DESTDIR ?=
V       ?= 0
# Set to 1 by scripts/test: warnings are errors in our builds, not in users'.
DEVELOPER ?= 0

CXXFLAGS-release = -O2 -g
CXXFLAGS-debug   = -O0 -g
CXXFLAGS-asan    = -O0 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer $(sanitizer_noise)
CXXFLAGS-tsan    = -O0 -g1 -fsanitize=thread $(sanitizer_noise)
# GCC warns of what its own instrumentation made of the standard library.
sanitizer_noise  = $(if $(findstring clang,$(CXX)),,-Wno-maybe-uninitialized)
# Of the fuzzers alone.
CXXFLAGS-fuzz    = -O1 -gline-tables-only -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifeq ($(filter $(VARIANT),release debug asan tsan fuzz),)
$(error VARIANT=$(VARIANT) is unknown: use release, debug, asan or tsan; fuzz for make fuzzers)
endif

CXX        ?= g++
# libFuzzer is clang's.
ifeq ($(VARIANT),fuzz)
CXX        := $(patsubst g++,clang++,$(CXX))
endif
PKG_CONFIG ?= pkg-config
B          := build/$(VARIANT)
VERSION    := $(shell sed -n 's/^\#define SPRITEFARM_VERSION "\(.*\)"/\1/p' include/spritefarm/version.hpp)

# ---- what is built from what ------------------------------------------------------------------------------

LIBRARY_LAYERS := base posix ipc futures
PROGRAM_LAYERS := text system net pokeapi image cache cli farm bench mirror
PACKAGES       := libcurl simdjson fmt sqlite3 libcrypto libmicrohttpd zlib

headers          := $(sort $(wildcard include/spritefarm/*.hpp include/spritefarm/detail/*.hpp))
shared           := $(sort $(wildcard share/man/man1/* share/bash-completion/completions/* share/zsh/site-functions/* share/fish/vendor_completions.d/*))
library_sources  := $(sort $(wildcard $(LIBRARY_LAYERS:%=src/%/*.cpp)))
program_sources  := $(sort $(wildcard $(PROGRAM_LAYERS:%=src/%/*.cpp)))
main_source      := $(wildcard src/main.cpp)
support_sources  := $(sort $(wildcard test/support/*.cpp))
unit_sources     := $(sort $(wildcard test/unit/*/*.cpp))
integration_sources := $(sort $(wildcard test/integration/*.cpp))
conformance_sources := $(sort $(wildcard test/conformance/*.cpp))
conformance_programs := $(sort $(wildcard test/conformance/programs/*.cpp))
measurement_sources  := $(sort $(wildcard test/measurements/*.cpp))
examples_sources := $(sort $(wildcard test/examples/*.cpp))
relay_sources    := $(sort $(wildcard test/bench/*.cpp))
fuzzer_sources   := $(sort $(wildcard test/fuzz/*_fuzzer.cpp))
scheduler_model  := $(patsubst %,test/support/%.cpp,scheduler_model scheduler_model_checks simulated_worker)
# What the fuzzers call, and little else: it is built for them alone.
fuzzed_sources   := $(filter src/base/% src/pokeapi/% src/image/% src/cache/%,$(library_sources) $(program_sources)) $(patsubst %,src/futures/%.cpp,call_table deadline_heap exception_codec respawn_backoff scheduler scheduler_ends worker_died) \
                    $(scheduler_model) \
                    $(patsubst %,src/posix/%.cpp,event_fd fd shared_memory) src/system/temporary_directory.cpp $(patsubst %,src/ipc/%.cpp,call_slots channel frame ring) \
                    $(patsubst %,src/net/%.cpp,backoff curl_handles freshness url) $(patsubst %,src/text/%.cpp,printable_text output_template)
all_sources      := $(library_sources) $(program_sources) $(main_source) $(support_sources) $(unit_sources) $(integration_sources) \
                    $(conformance_sources) $(conformance_programs) $(measurement_sources) $(examples_sources) $(relay_sources) $(fuzzer_sources)
fuzzers          := $(fuzzer_sources:test/fuzz/%_fuzzer.cpp=$(B)/fuzzers/%)
examples         := $(examples_sources:test/examples/%.cpp=$(B)/examples/%)
objects           = $(patsubst %.cpp,$(B)/%.o,$(1))
# The program's pages, as string literals that a source includes: "farm/gallery_page.html.inc".
pages            := $(patsubst src/%.html,$(B)/pages/%.html.inc,$(sort $(wildcard $(PROGRAM_LAYERS:%=src/%/*.html))))

# ---- flags: ours first, the user's last ---------------------------------------------------------------------

warnings := -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
# The fuzzers' compiler is whichever clang there is: what it alone warns of is no reason not to fuzz.
ifeq ($(DEVELOPER)$(filter fuzz,$(VARIANT)),1)
warnings += -Werror
endif
# As system headers, so that their warnings stay theirs.
package_cflags := $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null))
package_libs   := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)
# Catch2 2 is a header, Catch2 3 a library.
catch_libs     := $(shell $(PKG_CONFIG) --exists 'catch2 >= 3' 2>/dev/null && $(PKG_CONFIG) --libs catch2)

# simdjson's inline functions differ with the optimisation, unless this is said: one program must have one kind.
sf_cppflags := -Iinclude -Isrc -Itest -I$(B)/pages $(package_cflags) -DSIMDJSON_DEVELOPMENT_CHECKS=0
# What only tests is compiled in half the time so; the program and the library are tested as they are built.
test_cxxflags-release = -g0
test_cxxflags-asan    = -g0 -fno-sanitize=null,alignment,object-size
test_cxxflags-tsan    = -g0
test_cxxflags        := -O0 $(test_cxxflags-$(VARIANT))
sf_cxxflags := -std=c++20 -pthread $(warnings) $(CXXFLAGS-$(VARIANT))
sf_ldflags  := -pthread $(CXXFLAGS-$(VARIANT))
compile      = $(CXX) $(sf_cppflags) $(CPPFLAGS) $(sf_cxxflags) $(CXXFLAGS)
link         = $(CXX) $(sf_ldflags) $(CXXFLAGS) $(LDFLAGS)

ifeq ($(V),0)
quiet = @printf '  %-5s %s\n' $(1) $(subst $(B)/,,$@);
endif

# ---- targets ----------------------------------------------------------------------------------------------

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all check check-unit check-conformance check-integration check-measurements check-examples check-manual check-static tests fuzzers format tidy print-compile install uninstall clean help FORCE

## all: the program and the library (the default)
all: $(B)/spritefarm $(B)/libspritefarm.a $(B)/spritefarm.pc compile_commands.json

## check: static checks, unit tests, conformance tests, integration tests, figures, examples, manual
check: check-static check-unit check-conformance check-integration check-measurements check-examples check-manual
## check-static: layering, self-contained headers, format
check-static:
	$(call quiet,CHECK)scripts/check-layers && scripts/check-headers && { scripts/check-format || [ $$? = 77 ]; }
## check-unit: the unit tests; TESTS='[tag] or name' selects some
check-unit: $(B)/unit-tests
	$(B)/unit-tests $(if $(TESTS),'$(TESTS)',$(if $(filter tsan,$(VARIANT)),'~[no-tsan]'))
## check-conformance: what CPython's own tests ask of the library; TESTS as above
check-conformance: $(B)/conformance-tests
	$(B)/conformance-tests $(if $(TESTS),'$(TESTS)')
	SPRITEFARM_TEST_TRANSPORT=pipe $(B)/conformance-tests '$(if $(TESTS),$(TESTS),*Processes*)'
	scripts/check-conformance $(B)/conformance-tests
## check-integration: the program against real servers; TESTS as above
check-integration: $(B)/integration-tests $(B)/spritefarm $(B)/delay-relay
	$(B)/integration-tests $(if $(TESTS),'$(TESTS)')
## check-measurements: how well process pools isolate, in short; scripts/measurements measures it in full
check-measurements: $(B)/isolation-measurements
	scripts/measurements --short $<
## check-examples: the example programs print what they say, and are in the README
check-examples: $(examples)
	scripts/check-examples $(B)/examples
## check-manual: the man page and the completions know the options of --help
check-manual: $(B)/spritefarm
	scripts/check-manual $<
## tests: builds all tests, runs none
tests: $(B)/unit-tests $(B)/conformance-tests $(B)/integration-tests $(B)/delay-relay $(B)/isolation-measurements $(examples)
## fuzzers: with VARIANT=fuzz, what scripts/fuzz runs
fuzzers: $(fuzzers)
## format: puts the sources into the format that check-static wants
format:
	$(call quiet,FORMAT)scripts/check-format -i
## tidy: clang-tidy over the sources (minutes)
tidy: compile_commands.json
	$(call quiet,TIDY)printf '%s\n' $(filter src/%,$(all_sources)) | xargs -P $$(nproc) -n 4 clang-tidy --quiet
print-compile:
	@echo '$(subst ','\'',$(compile))'

$(B)/libspritefarm.a: $(call objects,$(library_sources)) $(B)/library.files
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
$(B)/libprogram.a: $(call objects,$(program_sources)) $(B)/program.files
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
$(B)/spritefarm: $(call objects,$(main_source)) $(B)/libprogram.a $(B)/libspritefarm.a
	$(call quiet,LINK)$(link) -o $@ $^ $(package_libs)
$(B)/unit-tests: $(call objects,$(unit_sources) $(support_sources)) $(B)/libprogram.a $(B)/libspritefarm.a $(B)/unit.files
	$(call quiet,LINK)$(link) -o $@ $(filter-out %.files,$^) $(package_libs) $(catch_libs)
# Its programs lie beside it, where it looks for them.
$(B)/conformance-tests: $(call objects,$(conformance_sources) $(support_sources)) $(B)/libprogram.a $(B)/libspritefarm.a $(B)/conformance.files \
                        | $(conformance_programs:test/conformance/programs/%.cpp=$(B)/%)
	$(call quiet,LINK)$(link) -o $@ $(filter-out %.files,$^) $(package_libs) $(catch_libs)
$(conformance_programs:test/conformance/programs/%.cpp=$(B)/%): $(B)/%: $(B)/test/conformance/programs/%.o $(B)/test/conformance/gate.o $(B)/libspritefarm.a
	$(call quiet,LINK)$(link) -o $@ $^
$(B)/integration-tests: $(call objects,$(integration_sources) $(support_sources)) $(B)/libprogram.a $(B)/libspritefarm.a $(B)/integration.files
	$(call quiet,LINK)$(link) -o $@ $(filter-out %.files,$^) $(package_libs) $(catch_libs)

$(B)/isolation-measurements: $(call objects,$(measurement_sources) test/support/proc.cpp) $(B)/libspritefarm.a $(B)/measurements.files
	$(call quiet,LINK)$(link) -o $@ $(filter-out %.files,$^)
$(B)/delay-relay: $(call objects,$(relay_sources)) $(B)/libprogram.a $(B)/libspritefarm.a $(B)/relay.files
	$(call quiet,LINK)$(link) -o $@ $(filter-out %.files,$^)
$(examples): $(B)/examples/%: $(B)/test/examples/%.o $(B)/libspritefarm.a
	@mkdir -p $(@D)
	$(call quiet,LINK)$(link) -o $@ $^

$(B)/libfuzzed.a: $(call objects,$(fuzzed_sources)) $(B)/fuzzed.files
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
$(fuzzers): $(B)/fuzzers/%: $(B)/test/fuzz/%_fuzzer.o $(B)/libfuzzed.a
	@mkdir -p $(@D)
	$(call quiet,LINK)$(link) -fsanitize=fuzzer -o $@ $^ $(package_libs)

# GCC alone: clang's precompiled headers work in another way.
precompiled := $(if $(shell $(CXX) --version 2>/dev/null | grep 'Free Software'),$(B)/test/support/precompiled.hpp.gch)
test_kinds  := unit integration conformance
$(foreach kind,$(test_kinds) support,$(B)/test/$(kind)/%.o) $(precompiled): private sf_cxxflags += $(test_cxxflags)
# The random test of the Scheduler spends its time here.
$(call objects,$(scheduler_model)): private sf_cxxflags += -O2
$(call objects,$(unit_sources) $(integration_sources) $(conformance_sources) $(conformance_programs)): $(precompiled)
$(foreach kind,$(test_kinds),$(B)/test/$(kind)/%.o): private sf_cppflags += $(if $(precompiled),-include $(precompiled:.gch=))
$(B)/%.hpp.gch: %.hpp $(B)/flags
	@mkdir -p $(@D)
	$(call quiet,CXX)$(compile) -MMD -MP -x c++-header -c -o $@ $<
-include $(precompiled:.gch=.d)
$(B)/pages/%.html.inc: src/%.html Makefile
	@mkdir -p $(@D)
	$(call quiet,PAGE){ printf 'R"page('; cat $<; printf ')page"\n'; } >$@
# At first; later it is known who includes which.
$(call objects,$(program_sources)): | $(pages)
$(B)/%.o: %.cpp $(B)/flags
	@mkdir -p $(@D)
	$(call quiet,CXX)$(compile) -MMD -MP -c -o $@ $<
-include $(patsubst %.o,%.d,$(call objects,$(all_sources)))

# A stamp is rewritten only when what it holds has changed, so that what depends on it is rebuilt just then.
define stamp
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(1))' >$@
endef
$(B)/flags: FORCE
	@$(PKG_CONFIG) --exists $(PACKAGES) || { echo 'spritefarm: needs $(PKG_CONFIG) and the packages $(PACKAGES); on Debian: scripts/bootstrap' >&2; exit 1; }
	$(call stamp,$(compile) / $(test_cxxflags) / $(link) / $(package_libs) $(catch_libs))
$(B)/library.files: FORCE
	$(call stamp,$(library_sources))
$(B)/program.files: FORCE
	$(call stamp,$(program_sources))
$(B)/unit.files: FORCE
	$(call stamp,$(unit_sources) $(support_sources))
$(B)/integration.files: FORCE
	$(call stamp,$(integration_sources) $(support_sources))
$(B)/conformance.files: FORCE
	$(call stamp,$(conformance_sources) $(support_sources))
$(B)/measurements.files: FORCE
	$(call stamp,$(measurement_sources))
$(B)/relay.files: FORCE
	$(call stamp,$(relay_sources))
$(B)/fuzzed.files: FORCE
	$(call stamp,$(fuzzed_sources))
$(B)/all.files: FORCE
	$(call stamp,$(all_sources))

compile_commands.json: $(B)/flags $(B)/all.files
	@{ echo '['; separator=; for source in $(all_sources); do \
	  printf '%s{"directory": "%s", "file": "%s", "command": "%s -c %s"}\n' "$$separator" '$(CURDIR)' "$$source" '$(subst ','\'',$(subst ",\",$(compile)))' "$$source"; \
	  separator=,; done; echo ']'; } >$@

$(B)/spritefarm.pc: include/spritefarm/version.hpp Makefile $(B)/prefix
	@printf '%s\n' 'prefix=$(PREFIX)' 'includedir=$${prefix}/include' 'libdir=$${prefix}/lib' '' 'Name: spritefarm' \
	  'Description: concurrent.futures for C++: thread and process pools' 'Version: $(VERSION)' \
	  'Cflags: -I$${includedir} -pthread' 'Libs: -L$${libdir} -lspritefarm -pthread' >$@
$(B)/prefix: FORCE
	$(call stamp,$(PREFIX))

## install: into PREFIX [/usr/local], below DESTDIR
install: all
	install -D -m 755 $(B)/spritefarm $(DESTDIR)$(PREFIX)/bin/spritefarm
	install -D -m 644 $(B)/libspritefarm.a $(DESTDIR)$(PREFIX)/lib/libspritefarm.a
	install -D -m 644 $(B)/spritefarm.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/spritefarm.pc
	for file in $(headers) $(shared); do install -D -m 644 $$file $(DESTDIR)$(PREFIX)/$$file || exit; done
## uninstall: removes what install put there
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/spritefarm $(DESTDIR)$(PREFIX)/lib/libspritefarm.a \
	  $(DESTDIR)$(PREFIX)/lib/pkgconfig/spritefarm.pc $(headers:include/%=$(DESTDIR)$(PREFIX)/include/%) \
	  $(shared:%=$(DESTDIR)$(PREFIX)/%)
	for folder in detail ''; do folder=$(DESTDIR)$(PREFIX)/include/spritefarm/$$folder; \
	  [ ! -d $$folder ] || rmdir --ignore-fail-on-non-empty $$folder; done

## clean: removes everything that was built
clean:
	rm -rf build compile_commands.json
## help: this list
help:
	@sed -n 's/^## \(.*\): \(.*\)/  make \1\t\2/p' Makefile | expand -t 28
	@echo
	@echo '  VARIANT=release|debug|asan|tsan|fuzz   PREFIX=$(PREFIX)   DESTDIR=   CXX=$(CXX)   CXXFLAGS=   V=1'
