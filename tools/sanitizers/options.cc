// Linked into every program of a sanitizer build: its options hold however the program is started,
// by ctest, by hand, or by a test that starts a service.

extern "C" {

const char* __tsan_default_options();
const char* __tsan_default_options() {
  return "suppressions=" EVENKEEL_TSAN_SUPPRESSIONS
         ":halt_on_error=1:second_deadlock_stack=1:history_size=4";
}

const char* __asan_default_options();
const char* __asan_default_options() {
  return "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1"
         ":detect_odr_violation=0";
}

const char* __ubsan_default_options();
const char* __ubsan_default_options() { return "print_stacktrace=1:halt_on_error=1"; }
}
