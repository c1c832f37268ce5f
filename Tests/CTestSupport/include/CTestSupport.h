// What tests need of the system and Swift does not offer.
#pragma once

/// What became of a child that neither exited nor died within its time.
enum { child_hung = -1 };

/// Runs `body` in a child made by fork(2) and returns its exit code, 128 and the signal it died of, or
/// `child_hung` where it took longer than `seconds` and was killed.
int run_in_child(int (*body)(void), double seconds);

/// Leaves this process the first processor it may run on and no other; 0, or -1 where it cannot.
int keep_one_processor(void);
