//! Counting what is allocated, in the stretches that ask for it; the rest pays one load a call.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static ON: AtomicBool = AtomicBool::new(false);
static COUNT: AtomicUsize = AtomicUsize::new(0);
static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is done by the system's allocator; numbers are counted beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if ON.load(Relaxed) {
            COUNT.fetch_add(1, Relaxed);
            let held = HELD.fetch_add(layout.size(), Relaxed).wrapping_add(layout.size());
            PEAK.fetch_max(held, Relaxed);
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if ON.load(Relaxed) {
            HELD.fetch_sub(layout.size(), Relaxed);
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What a stretch of work allocated.
pub(crate) struct Counts {
    /// How many times.
    pub(crate) count: usize,
    /// The most bytes that were in use at once.
    pub(crate) peak: usize,
    /// The bytes that are still in use at its end.
    pub(crate) held: usize,
}

/// Counts while `work` runs; what it gives is dropped afterwards.
pub(crate) fn counted<T>(work: impl FnOnce() -> T) -> Counts {
    // So that giving back what was allocated before does not take it below nothing.
    const BASE: usize = usize::MAX / 4;
    COUNT.store(0, Relaxed);
    HELD.store(BASE, Relaxed);
    PEAK.store(BASE, Relaxed);
    ON.store(true, Relaxed);
    let made = work();
    ON.store(false, Relaxed);
    let counts = Counts {
        count: COUNT.load(Relaxed),
        peak: PEAK.load(Relaxed) - BASE,
        held: HELD.load(Relaxed).saturating_sub(BASE),
    };
    drop(made);
    counts
}
