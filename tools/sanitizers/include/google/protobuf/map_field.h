#pragma once

// The header gives MapFieldBase one more member under ThreadSanitizer, which Debian's library,
// built without, knows nothing of: the two would disagree about where everything else lies.
#pragma push_macro("__SANITIZE_THREAD__")
#undef __SANITIZE_THREAD__
#include_next <google/protobuf/map_field.h>
#pragma pop_macro("__SANITIZE_THREAD__")
