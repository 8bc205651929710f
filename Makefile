# spritefarm: `make help` lists what can be made and which settings it takes.

VARIANT ?= release
PREFIX  ?= /usr/local
DESTDIR ?=
V       ?= 0
# 1 makes warnings errors. scripts/test sets it; a user's build leaves it 0.
DEVELOPER ?= 0
# The number of the program's sources that are compiled together. With 1, a change compiles only what it touches.
BATCH ?= 12

CXXFLAGS-release = -O2
CXXFLAGS-debug   = -O0 -g
# The fuzzers have all checks of undefined behaviour; here those are left out that double the time of compiling.
CXXFLAGS-asan    = -O0 -g1 -fsanitize=address,undefined -fno-sanitize=null,alignment,object-size -fno-sanitize-recover=all -fno-omit-frame-pointer
CXXFLAGS-tsan    = -O0 -g1 -fsanitize=thread
# For the fuzzers only.
CXXFLAGS-fuzz    = -O1 -gline-tables-only -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifeq ($(filter $(VARIANT),release debug asan tsan fuzz),)
$(error VARIANT=$(VARIANT) is unknown: use release, debug, asan or tsan, or fuzz for make fuzzers)
endif

CXX        ?= g++
# Only clang has libFuzzer. With the other sanitizers it compiles in half the time of GCC.
has_clang = $(shell echo 'int main() {}' | clang++ $(CXXFLAGS-$(VARIANT)) -x c++ - -o /dev/null 2>/dev/null && echo yes)
ifneq ($(if $(filter asan tsan,$(VARIANT)),$(has_clang),$(filter fuzz,$(VARIANT))),)
override CXX := $(patsubst g++,clang++,$(CXX))
# Clang 14 cannot compile coroutines with this one, which GCC does not have.
CXXFLAGS-asan += -fno-sanitize=function
endif
PKG_CONFIG ?= pkg-config
B          := build/$(VARIANT)
VERSION    := $(shell sed -n 's/^\#define SPRITEFARM_VERSION "\(.*\)"/\1/p' include/spritefarm/version.hpp)
# Before 1.0 the ABI changes with the second number.
SOVERSION  := $(basename $(VERSION))
STRIP      ?= strip

# ---- what is built from what ------------------------------------------------------------------------------

LIBRARY_LAYERS := base posix ipc futures
PROGRAM_LAYERS := text system net pokeapi image cache cli farm nodes bench mirror
# A library of its own, made only if the package that it needs is installed.
CLUSTER_LAYER  := cluster
CLUSTER_PACKAGE := librabbitmq
PACKAGES       := libcurl simdjson fmt sqlite3 libcrypto libmicrohttpd zlib libseccomp

headers          := $(sort $(wildcard include/spritefarm/*.hpp include/spritefarm/*/*.hpp))
shared           := $(sort $(wildcard share/man/man1/* share/bash-completion/completions/* share/zsh/site-functions/* \
                      share/fish/vendor_completions.d/* share/doc/spritefarm/*))
library_sources  := $(sort $(wildcard $(LIBRARY_LAYERS:%=src/%/*.cpp)))
has_cluster      := $(if $(wildcard src/$(CLUSTER_LAYER)/*.cpp),$(shell $(PKG_CONFIG) --exists $(CLUSTER_PACKAGE) 2>/dev/null && echo yes))
cluster_sources  := $(if $(has_cluster),$(sort $(wildcard $(CLUSTER_LAYER:%=src/%/*.cpp))))
cluster_test_sources := $(if $(has_cluster),$(sort $(wildcard test/cluster/*.cpp)))
cluster_programs := $(if $(has_cluster),$(sort $(wildcard test/cluster/programs/*.cpp)))
# src/nodes/without_cluster.cpp is the layer nodes of a program without cluster support.
without_cluster  := $(wildcard src/nodes/without_cluster.cpp)
program_sources  := $(sort $(if $(has_cluster),$(filter-out $(without_cluster),$(wildcard $(PROGRAM_LAYERS:%=src/%/*.cpp))), \
                      $(wildcard $(patsubst %,src/%/*.cpp,$(filter-out nodes,$(PROGRAM_LAYERS)))) $(without_cluster)))
main_source      := $(wildcard src/main.cpp)
support_sources  := $(sort $(wildcard test/support/*.cpp))
# ThreadSanitizer runs the unit tests with these tags: they have threads or processes.
tsan_tags        := executor process thread task worker http pipeline mirror
ifeq ($(VARIANT),tsan)
unit_sources     := $(sort $(shell grep -rlF $(tsan_tags:%=-e '[%]') test/unit))
else
unit_sources     := $(sort $(wildcard test/unit/*/*.cpp))
endif
integration_sources := $(sort $(wildcard test/integration/*.cpp))
# The suite runs over a cluster in this variant only.
conformance_cluster := $(if $(filter release,$(VARIANT)),$(has_cluster))
conformance_sources := $(sort $(filter-out $(if $(conformance_cluster),,%/nodes.cpp %/nodes_broker.cpp),$(wildcard test/conformance/*.cpp)))
conformance_programs := $(sort $(wildcard test/conformance/programs/*.cpp))
measurement_sources := $(sort $(wildcard test/measurements/*.cpp))
examples_sources := $(sort $(wildcard test/examples/*.cpp))
lesson_sources   := $(sort $(wildcard test/examples/lesson/*.cpp))
relay_sources    := $(sort $(wildcard test/bench/*.cpp))
fuzzer_sources   := $(sort $(wildcard test/fuzz/*_fuzzer.cpp))
# Two variants build only what their tests need, half of the sources. Clang 14 cannot compile all of them with the
# sanitizers of the fuzzers.
needed_sources   := $(if $(filter fuzz,$(VARIANT)),$(shell scripts/needed-sources $(fuzzer_sources)))
ifeq ($(VARIANT),tsan)
support_mains    := test/support/test_main.cpp test/support/time_limit.cpp
needed_sources   := $(shell scripts/needed-sources $(unit_sources) $(conformance_sources) $(support_mains))
support_sources  := $(filter $(needed_sources) $(support_mains),$(support_sources))
needed_sources   := $(filter $(program_sources),$(needed_sources))
endif
scheduler_model  := $(patsubst %,test/support/%.cpp,scheduler_model scheduler_model_checks simulated_worker)
all_sources      := $(library_sources) $(cluster_sources) $(cluster_test_sources) $(cluster_programs) $(program_sources) $(main_source) $(support_sources) $(unit_sources) $(integration_sources) \
                    $(conformance_sources) $(conformance_programs) $(measurement_sources) $(examples_sources) $(lesson_sources) $(relay_sources) $(fuzzer_sources)
objects           = $(patsubst %.cpp,$(B)/%.o,$(1))
# The program's HTML pages and its script for CPython become string literals that sources include:
# "farm/gallery_page.html.inc".
pages            := $(patsubst src/%,$(B)/pages/%.inc,$(sort $(wildcard $(PROGRAM_LAYERS:%=src/%/*.html) $(PROGRAM_LAYERS:%=src/%/*.py))))

# ---- flags: ours first, the user's last ---------------------------------------------------------------------

warnings := -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
# GCC warns without reason about variants that were moved from, and about what its own instrumentation generates.
warnings += $(if $(findstring clang,$(CXX)),,-Wno-maybe-uninitialized)
# Not for the fuzzers: their clang can be of any version, and a new warning is no reason not to fuzz.
ifeq ($(DEVELOPER)$(filter fuzz,$(VARIANT)),1)
warnings += -Werror
endif
# As system headers, so that we do not see their warnings.
package_cflags := $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null))
cluster_cflags := $(if $(has_cluster),$(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(CLUSTER_PACKAGE))))
cluster_libs   := $(if $(has_cluster),$(shell $(PKG_CONFIG) --libs $(CLUSTER_PACKAGE)))
package_libs   := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)
# Tests have a TLS server of their own.
tls_libs       := $(shell $(PKG_CONFIG) --libs libssl 2>/dev/null)
# Catch2 2 is a header only; Catch2 3 has a library.
catch_libs     := $(shell $(PKG_CONFIG) --exists 'catch2 >= 3' 2>/dev/null && $(PKG_CONFIG) --libs catch2)

# Without this setting simdjson's inline functions depend on the optimisation level; one program needs one kind.
sf_cppflags := -Iinclude -Isrc -Itest -I$(B)/pages $(package_cflags) -DSIMDJSON_DEVELOPMENT_CHECKS=0
# Tests compile in half the time with these. The program and the library are tested as they are shipped.
test_cxxflags := -O0 $(if $(filter debug,$(VARIANT)),,-g0)
is_gcc      := $(shell $(CXX) --version 2>/dev/null | grep 'Free Software')
# GCC compiles a tenth faster if it collects its garbage rarely.
sf_cxxflags := -std=c++20 -pthread $(warnings) $(CXXFLAGS-$(VARIANT)) \
               $(if $(is_gcc),--param ggc-min-expand=1000 --param ggc-min-heapsize=1000000)
sf_ldflags  := -pthread $(CXXFLAGS-$(VARIANT))
# The library needs no package. Its objects go into the archive and into the shared library alike.
library_cppflags := -Iinclude -Isrc
library_cxxflags := -fPIC -fvisibility=hidden -fvisibility-inlines-hidden
compile      = $(CXX) $(sf_cppflags) $(CPPFLAGS) $(sf_cxxflags) $(CXXFLAGS)
link         = $(CXX) $(sf_ldflags) $(CXXFLAGS) $(LDFLAGS)

# ---- progress -----------------------------------------------------------------------------------------------

# $(call show,CXX ) begins the recipe of a file and prints "[12/145] CXX  src/base/error.o", after ten seconds with the time
# left: "[52/145, 4 min left]". Its first use makes a dry run, in which it leaves a mark instead, and counts the marks. A make
# that has nothing to build makes no dry run. Prints nothing with V=1, -n or -s.
short_options = $(patsubst -%,%,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
ifdef counting
show      = @: a file;
else ifneq ($(findstring n,$(short_options))$(findstring s,$(short_options)),)
show      = @
else ifeq ($(V),0)
files_due = $(shell MAKEFLAGS='$(short_options)n -- counting=1 $(subst ','\'',$(MAKEOVERRIDES))' \
              $(MAKE) $(MAKECMDGOALS) 2>/dev/null | grep -c '^: a file;')
total     = $(eval total := $(files_due))$(total)
started  :=
begun     = $(eval begun := $(shell date +%s))$(begun)
# The files that are left take as long, in the mean, as those before them. Rounded up to tens of seconds or to minutes.
time_left = $(shell passed=$$(($$(date +%s) - $(begun))) files=$(words $(started)); [ $$passed -ge 10 ] && [ $$files -gt 1 ] && \
              left=$$((passed * ($(total) - files + 1) / (files - 1))) && [ $$left -gt 0 ] && \
              if [ $$left -lt 90 ]; then echo ", $$(((left + 9) / 10))0 s left"; else echo ", $$(((left + 59) / 60)) min left"; fi)
show      = $(eval started += x)$(info [$(words $(started))/$(total)$(time_left)] $(1) $(subst $(B)/,,$@))@
endif

# ---- programs and archives ----------------------------------------------------------------------------------

cluster_files := $(if $(has_cluster),$(B)/libspritefarm-cluster.a $(B)/spritefarm-cluster.pc)
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all check check-static tests docs lesson fuzzers format tidy packages print-compile print-checks install install-library \
        uninstall clean help FORCE

## all: the program and the library (the default)
all: $(B)/spritefarm $(B)/libspritefarm.a $(B)/spritefarm.pc $(cluster_files) compile_commands.json

# $(call stamp,NAME,VARIABLE): build/VARIANT/stamps/NAME holds the value of VARIABLE. It is rewritten, and what depends on
# it is rebuilt, only when the value differs. It ends without a newline, which GNU make 4.3 does not always strip.
define stamp
ifneq ($$(file <$(B)/stamps/$(1)),$$($(2)))
$(B)/stamps/$(1): FORCE
endif
$(B)/stamps/$(1):
	@mkdir -p $$(@D)
	@printf %s '$$(subst ','\'',$$($(2)))' >$$@

endef
# $(call archive,NAME,SOURCES,OBJECTS): build/VARIANT/NAME.a. The stamp rebuilds it when a source is removed.
define archive
files-$(1) := $(2)
$(call stamp,$(1),files-$(1))
$(B)/$(1).a: $(3) $(B)/stamps/$(1)
	$$(call show,AR  )rm -f $$@ && $$(AR) rcs $$@ $$(filter %.o,$$^)

endef
# $(call batch,NAME,SOURCES): build/VARIANT/batches/NAME.cpp includes the sources.
define batch
batch-$(1) := $(2:src/%=%)
$(call stamp,batches/$(1),batch-$(1))
$(B)/batches/$(1).cpp: $(B)/stamps/batches/$(1)
	@mkdir -p $$(@D)
	@printf '#include "%s"\n' $$(batch-$(1)) >$$@

endef
# $(call batches,NAME,SOURCES,COUNTER): the objects of the batches NAME-1, NAME-2 and so on.
batches = $(if $(2),$(eval $(call batch,$(1)-$(words $(3)),$(wordlist 1,$(BATCH),$(2))))$(B)/batches/$(1)-$(words $(3)).o \
            $(call batches,$(1),$(wordlist $(words x $(wordlist 1,$(BATCH),$(2))),$(words $(2)),$(2)),$(3) x))
# $(call batched,ARCHIVE,SOURCES): objects of the program's sources. Alone they take four times as long to compile, most of it
# for the headers that they share.
batched = $(foreach layer,$(PROGRAM_LAYERS),$(call batches,$(1)/$(layer),$(filter src/$(layer)/%,$(2)),x))
# $(call program,NAME,SOURCES,ARCHIVES,LIBRARIES): build/VARIANT/NAME, linked from the sources' objects and the rest.
define program
files-$(1) := $(2)
$(call stamp,$(1),files-$(1))
$(B)/$(1): $(call objects,$(2)) $(3:%=$(B)/%.a) $(B)/stamps/$(1)
	@mkdir -p $$(@D)
	$$(call show,LINK)$$(link) -o $$@ $$(filter %.o %.a,$$^) $(4)

endef

# $(call shared_library,NAME,LIBRARIES): build/VARIANT/NAME.so.VERSION, linked from all of NAME.a and the rest. ClusterExecutor
# compares the build ids.
define shared_library
$(B)/$(1).so.$(VERSION): $(B)/$(1).a
	$$(call show,LINK)$$(link) -shared -Wl,-soname,$(1).so.$(SOVERSION) -Wl,-z,defs -Wl,--build-id -o $$@ \
	  -Wl,--whole-archive $$< -Wl,--no-whole-archive $$(filter %.so.$(VERSION),$$^) $(2)

endef
shared_libraries := libspritefarm.so.$(VERSION) $(if $(has_cluster),libspritefarm-cluster.so.$(VERSION))
$(eval $(call shared_library,libspritefarm))

archives := libprogram libspritefarm
# What the tests link to.
tested   := $(if $(filter tsan,$(VARIANT)),libneeded libspritefarm,$(archives))
program_objects := $(call batched,libprogram,$(program_sources))
# Each alone for the fuzzers, which shows that a source includes what it uses.
needed_objects  := $(if $(filter fuzz,$(VARIANT)),$(call objects,$(needed_sources)),$(call batched,libneeded,$(needed_sources)))
$(eval $(call archive,libspritefarm,$(library_sources),$(call objects,$(library_sources))))
$(eval $(call archive,libprogram,$(program_sources),$(program_objects)))
$(eval $(call archive,libneeded,$(needed_sources),$(needed_objects)))
ifdef has_cluster
$(eval $(call archive,libspritefarm-cluster,$(cluster_sources),$(call objects,$(cluster_sources))))
$(eval $(call shared_library,libspritefarm-cluster,$(cluster_libs)))
$(B)/libspritefarm-cluster.so.$(VERSION): $(B)/libspritefarm.so.$(VERSION)
$(eval $(call program,cluster-tests,$(cluster_test_sources) $(support_sources),libprogram libspritefarm-cluster libspritefarm,$(package_libs) $(catch_libs) $(cluster_libs)))
$(foreach source,$(cluster_programs),$(eval \
  $(call program,$(source:test/cluster/programs/%.cpp=cluster-%),$(source),libspritefarm-cluster libspritefarm,$(cluster_libs))))
endif
$(eval $(call program,spritefarm,$(main_source),libprogram $(if $(has_cluster),libspritefarm-cluster) libspritefarm,$(package_libs) $(cluster_libs)))
$(foreach kind,unit integration,$(eval \
  $(call program,$(kind)-tests,$($(kind)_sources) $(support_sources),$(tested),$(package_libs) $(catch_libs) $(tls_libs))))
with_cluster := $(if $(conformance_cluster),libspritefarm-cluster)
$(eval $(call program,conformance-tests,$(conformance_sources) $(support_sources) $(if $(conformance_cluster),test/cluster/rabbit_broker.cpp),$(filter-out libspritefarm,$(tested)) $(with_cluster) libspritefarm,$(package_libs) $(catch_libs) $(if $(conformance_cluster),$(cluster_libs))))

$(eval $(call program,delay-relay,$(relay_sources),$(archives),$(package_libs)))

# These link to nothing but the library, as a user's program does.
$(eval $(call program,isolation-measurements,$(measurement_sources) test/support/proc.cpp,libspritefarm))
$(foreach source,$(examples_sources),$(eval $(call program,$(source:test/%.cpp=%),$(source),libspritefarm)))
$(foreach source,$(lesson_sources),$(eval $(call program,$(source:test/%.cpp=%),$(source),libspritefarm,$(package_libs))))
$(foreach source,$(filter-out %/exit_scenario.cpp,$(conformance_programs)),$(eval \
  $(call program,$(basename $(notdir $(source))),$(source) test/conformance/gate.cpp,libspritefarm)))
$(eval $(call program,exit_scenario,$(addprefix test/conformance/,programs/exit_scenario.cpp gate.cpp $(if $(conformance_cluster),nodes.cpp)),$(with_cluster) libspritefarm,$(if $(conformance_cluster),$(cluster_libs))))
# The conformance tests look for their programs in the folder that they are in.
$(B)/conformance-tests: | $(conformance_programs:test/conformance/programs/%.cpp=$(B)/%)

$(foreach source,$(fuzzer_sources),$(eval \
  $(call program,$(source:test/fuzz/%_fuzzer.cpp=fuzzers/%),$(source),libneeded,-fsanitize=fuzzer $(package_libs))))

# ---- objects --------------------------------------------------------------------------------------------------

precompiled := $(B)/test/support/precompiled.hpp.gch
test_kinds  := unit integration conformance cluster
$(foreach kind,$(test_kinds) support,$(B)/test/$(kind)/%.o) $(precompiled): private sf_cxxflags += $(test_cxxflags)
$(B)/test/conformance/%.o: private sf_cppflags += $(if $(conformance_cluster),-DSPRITEFARM_WITH_CLUSTER)
# std::expected is C++23. The precompiled header is not, so this test compiles what it includes.
$(B)/test/unit/futures/expected_test.o: private sf_cxxflags += -std=c++2b
$(B)/test/unit/futures/expected_test.o: private precompiled :=
# Nearly all of it is Catch2.
$(B)/test/support/test_main.o: private sf_cxxflags += -fno-sanitize=all
# The random test of the Scheduler spends its time here.
$(call objects,$(scheduler_model)): private sf_cxxflags += -O2
$(call objects,$(unit_sources) $(integration_sources) $(conformance_sources) $(conformance_programs) $(cluster_test_sources) $(cluster_programs)): $(precompiled)
$(foreach kind,$(test_kinds),$(B)/test/$(kind)/%.o): private sf_cppflags += $(if $(precompiled),-include $(precompiled:.gch=))
$(B)/%.hpp.gch: %.hpp $(B)/stamps/flags
	@mkdir -p $(@D)
	$(call show,CXX )$(compile) -MMD -MP -x c++-header -c -o $@ $<
-include $(precompiled:.gch=.d)
$(B)/pages/%.inc: src/% Makefile
	@mkdir -p $(@D)
	$(call show,PAGE){ printf 'R"page('; cat $<; printf ')page"\n'; } >$@
# For the first build. Later the .d files tell which source includes which page.
$(program_objects) $(needed_objects): | $(pages)
# A batch is no header, whatever GCC takes its sources for.
$(B)/batches/%.o: private sf_cxxflags += $(if $(is_gcc),-Wno-subobject-linkage)
$(B)/batches/%.o: $(B)/batches/%.cpp $(B)/stamps/flags
	@mkdir -p $(@D)
	$(call show,CXX )$(compile) -MMD -MP -c -o $@ $<
$(call objects,$(library_sources)): private sf_cppflags = $(library_cppflags)
$(call objects,$(cluster_sources)): private sf_cppflags = $(library_cppflags) $(cluster_cflags)
$(call objects,$(library_sources) $(cluster_sources)): private sf_cxxflags += $(library_cxxflags)
$(call objects,$(library_sources) $(cluster_sources)): $(B)/%.o: %.cpp $(B)/stamps/library-flags
	@mkdir -p $(@D)
	$(call show,CXX )$(compile) -MMD -MP -c -o $@ $<
$(B)/%.o: %.cpp $(B)/stamps/flags
	@mkdir -p $(@D)
	$(call show,CXX )$(compile) -MMD -MP -c -o $@ $<
-include $(patsubst %.o,%.d,$(call objects,$(all_sources)) $(program_objects) $(needed_objects))

all_flags = $(compile) / $(test_cxxflags) / $(conformance_cluster) / $(link) / $(package_libs) $(catch_libs)
$(eval $(call stamp,flags,all_flags))
$(B)/stamps/flags: | packages
library_flags = $(CXX) $(library_cppflags) $(CPPFLAGS) $(sf_cxxflags) $(library_cxxflags) $(CXXFLAGS) / $(link)
$(eval $(call stamp,library-flags,library_flags))
packages:
	@$(PKG_CONFIG) --exists $(PACKAGES) || \
	  { echo 'spritefarm: needs $(PKG_CONFIG) and the packages $(PACKAGES); on Debian run scripts/bootstrap' >&2; exit 1; }

$(eval $(call stamp,all,all_sources))
compile_commands.json: $(B)/stamps/flags $(B)/stamps/all
	@{ echo '['; separator=; for source in $(all_sources); do \
	  printf '%s{"directory": "%s", "file": "%s", "command": "%s -c %s"}\n' "$$separator" '$(CURDIR)' "$$source" '$(subst ','\'',$(subst ",\",$(compile)))' "$$source"; \
	  separator=,; done; echo ']'; } >$@

$(eval $(call stamp,prefix,PREFIX))
$(B)/spritefarm.pc: include/spritefarm/version.hpp Makefile $(B)/stamps/prefix
	@printf '%s\n' 'prefix=$(PREFIX)' 'includedir=$${prefix}/include' 'libdir=$${prefix}/lib' '' 'Name: spritefarm' \
	  'Description: concurrent.futures for C++: thread and process pools' 'Version: $(VERSION)' \
	  'Cflags: -I$${includedir} -pthread' 'Libs: -L$${libdir} -l:libspritefarm.a -pthread' >$@

$(B)/spritefarm-cluster.pc: include/spritefarm/version.hpp Makefile $(B)/stamps/prefix
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' '' 'Name: spritefarm-cluster' \
	  'Description: concurrent.futures for C++: an executor for many machines, by RabbitMQ' 'Version: $(VERSION)' \
	  'Requires: $(CLUSTER_PACKAGE)' 'Libs: -L$${libdir} -l:libspritefarm-cluster.a -l:libspritefarm.a -pthread' \
	  'Cflags: -I$${prefix}/include -pthread' >$@

# ---- checks and tests -----------------------------------------------------------------------------------------

# The only list of them. scripts/test runs those of four variants, one at a time, and counts.
static_checks  := layers headers format words links commits
program_checks := unit conformance conformance-pipes integration measurements examples
cluster_checks := $(if $(has_cluster),cluster cluster-broker $(if $(conformance_cluster),conformance-cluster))
checks-release := $(static_checks) checks makefile docs $(program_checks) $(cluster_checks) conformance-table manual pages bench lesson breaks install
checks-debug   := $(program_checks)
# The rest repeats what these run: CHECKS='measurements examples' scripts/test asan.
checks-asan    := unit conformance conformance-pipes integration $(cluster_checks)
checks-tsan    := unit conformance conformance-pipes
checks-fuzz    := fuzz
checks         := $(checks-$(VARIANT))

# $(call check,NAME,FILES,COMMAND): check-NAME runs COMMAND when FILES are built.
define check
.PHONY: check-$(1)
needed += $(if $(filter $(1),$(checks)),$(2))
check-$(1): $(2)
	$(3)

endef
# $(call script,COMMAND): a recipe that runs it. With exit status 77 it cannot run here: scripts/test counts the message.
script = @echo '$(1)'; $(1) || { [ $$? = 77 ] && echo 'SKIPPED: $@'; }
# ThreadSanitizer cannot run the tests tagged [no-tsan].
tags-tsan    := $(patsubst %,[%]~[no-tsan],$(tsan_tags))
comma        := ,
default_unit := $(subst ] [,]$(comma)[,$(tags-$(VARIANT)))
# $(call selected,DEFAULT): the tests to run, as an argument of a test program.
selected      = $(if $(TESTS)$(1),'$(or $(TESTS),$(1))')

## check: every check of VARIANT, one after the other, as scripts/test runs them
check: tests
	@failed=; for check in $(if $(counting),,$(checks)); do \
	  $(MAKE) --no-print-directory check-$$check || failed="$$failed $$check"; done; \
	  [ -z "$$failed" ] || { echo "make check: failed:$$failed" >&2; exit 1; }
## check-static: layers, headers that compile alone, format, words, links, commit messages
check-static: $(static_checks:%=check-%)
$(foreach name,$(static_checks) checks makefile,$(eval $(call check,$(name),,$$(call script,scripts/checks/$(name)))))
## check-unit: the unit tests; TESTS='[tag] or name' selects some
$(eval $(call check,unit,$(B)/unit-tests,$$< $$(call selected,$$(default_unit))))
## check-conformance: the behaviour that CPython's own tests require of the library; TESTS as above
$(eval $(call check,conformance,$(B)/conformance-tests,$$< $$(call selected,~*Nodes)))
## check-conformance-pipes: the same for process pools over pipes; TESTS as above
$(eval $(call check,conformance-pipes,$(B)/conformance-tests,SPRITEFARM_TEST_TRANSPORT=pipe $$< $$(call selected,*Processes*)))
## check-conformance-cluster: the same for the executor for many machines, where RabbitMQ is installed; TESTS as above
$(eval $(call check,conformance-cluster,$(B)/conformance-tests,$$(call script,scripts/checks/cluster $$< $$(call selected,*Nodes))))
## check-conformance-table: each required behaviour has a test or an explanation
$(eval $(call check,conformance-table,$(B)/conformance-tests,scripts/checks/conformance-table $$<))
## check-integration: the program against real servers; TESTS as above
$(eval $(call check,integration,$(B)/integration-tests $(B)/spritefarm $(B)/delay-relay,$$< $$(call selected)))
## check-cluster: the rules of the executor for many machines; TESTS as above
$(eval $(call check,cluster,$(if $(has_cluster),$(B)/cluster-tests),$$< $$(call selected,~[broker]~[.])))
## check-cluster-broker: the same with a real broker, where RabbitMQ is installed; TESTS as above
$(eval $(call check,cluster-broker,$(if $(has_cluster),$(B)/cluster-tests $(B)/spritefarm $(cluster_programs:test/cluster/programs/%.cpp=$(B)/cluster-%)),$$(call script,scripts/checks/cluster $$< $$(call selected,[broker]$(if $(filter asan,$(VARIANT)),~[restart])))))
## check-measurements: how well process pools isolate, in short; scripts/measurements measures it in full
$(eval $(call check,measurements,$(B)/isolation-measurements,scripts/measurements --short $$<))
## check-examples: the output of the example programs
$(eval $(call check,examples,$(examples_sources:test/%.cpp=$(B)/%),scripts/checks/examples $(B)/examples))
## check-lesson: the programs of the lesson make the same files, in C++ and in Python
$(eval $(call check,lesson,lesson,$$(call script,scripts/lesson --latency 3 $(B))))
## check-breaks: what happens if the programs of the lesson are changed as it asks for
$(eval $(call check,breaks,$(B)/spritefarm $(B)/libspritefarm.a,$$(call script,scripts/checks/breaks $(B))))
## check-manual: the man page and the completions have the options of --help
$(eval $(call check,manual,$(B)/spritefarm,scripts/checks/manual $$<))
## check-pages: the HTML pages in a headless Chromium
$(eval $(call check,pages,$(B)/spritefarm,$$(call script,scripts/checks/pages $$<)))
## check-bench: scripts/bench in short, without judging times
$(eval $(call check,bench,$(B)/spritefarm $(B)/delay-relay,$$(call script,scripts/bench --short $$< && scripts/bench --lines --full --short $$<)))
## check-install: installs, compiles an example against the installed library, uninstalls
$(eval $(call check,install,all,scripts/checks/install))
## check-docs: each public name is documented: the reference builds without a warning
$(eval $(call check,docs,,$$(call script,scripts/docs)))
## check-fuzz: each fuzzer for 3 seconds, with the same inputs each time; scripts/fuzz runs them for longer
$(eval $(call check,fuzz,,$$(call script,scripts/fuzz --seconds 3 --seed 1)))
## tests: builds what the checks of VARIANT need; runs nothing
tests: $(needed)
## lesson: the programs of the lesson, which scripts/lesson runs
lesson: $(B)/spritefarm $(lesson_sources:test/%.cpp=$(B)/%)
## fuzzers: the fuzzers, with VARIANT=fuzz; scripts/fuzz runs them
fuzzers: $(fuzzer_sources:test/fuzz/%_fuzzer.cpp=$(B)/fuzzers/%)
print-checks:
	@echo $(checks)
print-compile:
	@echo '$(subst ','\'',$(compile))'
## docs: the HTML reference of the library, in build/docs/html; needs Doxygen
docs:
	scripts/docs
## format: formats the sources as .clang-format says
format:
	scripts/checks/format -i
## tidy: runs clang-tidy over the sources (minutes)
tidy: compile_commands.json
	printf '%s\n' $(filter src/%,$(all_sources)) | xargs -P $$(nproc) -n 4 clang-tidy --quiet

# ---- installation ---------------------------------------------------------------------------------------------

# The files of the library that are installed as they stand, and the others of both libraries.
cluster_header := include/spritefarm/cluster.hpp
library_files  := $(filter-out $(cluster_header),$(headers)) share/cmake/spritefarm/spritefarmConfig.cmake share/cmake/spritefarm/spritefarmConfigVersion.cmake \
                  share/doc/spritefarm/library.md
library_others := $(foreach ending,.a .so .so.$(SOVERSION) .so.$(VERSION),lib/libspritefarm$(ending) lib/libspritefarm-cluster$(ending)) \
                  lib/pkgconfig/spritefarm.pc lib/pkgconfig/spritefarm-cluster.pc share/doc/spritefarm/LICENSE
# $(call install_files,FILES): with their paths in this repository
install_files = for file in $(1); do install -D -m 644 $$file $(DESTDIR)$(PREFIX)/$$file || exit; done

# $(call install_shared,LIBRARY.so.VERSION,LIBRARY.so): the library, and the links to it
define install_shared
install -D -m 644 $(B)/$(1) $(DESTDIR)$(PREFIX)/lib/$(1)
	$(STRIP) --strip-unneeded $(DESTDIR)$(PREFIX)/lib/$(1)
	ln -sf $(1) $(DESTDIR)$(PREFIX)/lib/$(2).$(SOVERSION)
	ln -sf $(1) $(DESTDIR)$(PREFIX)/lib/$(2)
	$(empty)
endef
## install: installs everything into PREFIX [/usr/local], below DESTDIR
install: all install-library
	install -D -m 755 $(B)/spritefarm $(DESTDIR)$(PREFIX)/bin/spritefarm
	$(STRIP) --strip-debug $(DESTDIR)$(PREFIX)/bin/spritefarm
	$(call install_files,$(shared))
## install-library: the library alone, which needs nothing but a compiler; with librabbitmq, also that for many machines
install-library: $(B)/libspritefarm.a $(shared_libraries:%=$(B)/%) $(B)/spritefarm.pc $(cluster_files)
	install -D -m 644 $(B)/libspritefarm.a $(DESTDIR)$(PREFIX)/lib/libspritefarm.a
	$(STRIP) --strip-debug $(DESTDIR)$(PREFIX)/lib/libspritefarm.a
	$(foreach library,$(shared_libraries),$(call install_shared,$(library),$(library:.$(VERSION)=)))
	install -D -m 644 $(B)/spritefarm.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/spritefarm.pc
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/spritefarm/LICENSE
	$(call install_files,$(library_files) $(if $(has_cluster),$(cluster_header)))
ifdef has_cluster
	install -D -m 644 $(B)/libspritefarm-cluster.a $(DESTDIR)$(PREFIX)/lib/libspritefarm-cluster.a
	$(STRIP) --strip-debug $(DESTDIR)$(PREFIX)/lib/libspritefarm-cluster.a
	install -D -m 644 $(B)/spritefarm-cluster.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/spritefarm-cluster.pc
endif
## uninstall: removes the files of either installation
uninstall:
	cd $(DESTDIR)$(PREFIX) && rm -f bin/spritefarm $(library_others) $(cluster_header) $(library_files) $(shared)
	for folder in include/spritefarm/detail include/spritefarm share/cmake/spritefarm share/doc/spritefarm; do \
	  [ ! -d $(DESTDIR)$(PREFIX)/$$folder ] || rmdir --ignore-fail-on-non-empty $(DESTDIR)$(PREFIX)/$$folder || exit; done
## clean: removes everything that was built
clean:
	rm -rf build compile_commands.json
## help: prints this list
help:
	@sed -n 's/^## \(.*\): \(.*\)/  make \1\t\2/p' Makefile | expand -t 33
	@echo
	@echo '  VARIANT=release|debug|asan|tsan|fuzz   PREFIX=$(PREFIX)   DESTDIR=   CXX=$(CXX)   CXXFLAGS=   V=1   BATCH=$(BATCH)'
