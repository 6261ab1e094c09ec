//! Opaque handles: a tagged allocation that has one owner.
//!
//! A caller's mistakes are found as far as memory allows it. A handle of another kind is told by
//! its tag. That a handle was freed before is told when it is freed again, by the list of those
//! alive; when it is used, the tag tells it where the memory was not given to anyone else yet.
//! A free function sets the caller's variable to NULL, so that the usual mistake is a NULL.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::guard::{Failure, Status};

/// A kind of handle. The type itself is never made: pointers to it are what C holds.
pub(crate) trait Opaque: Sized {
    /// What is behind a handle. Any thread may use it and drop it.
    type Value: Send + Sync;
    /// Four letters that tell the kind.
    const TAG: [u8; 4];
    /// What errors call it.
    const NAME: &'static str;
}

/// What a handle points to.
#[repr(C)]
struct Cell<T> {
    tag: [u8; 4],
    value: T,
}

const FREED: [u8; 4] = *b"free";

/// Addresses of all handles alive, in parts so that threads seldom wait for each other.
static ALIVE: [Mutex<BTreeSet<usize>>; PARTS] = [const { Mutex::new(BTreeSet::new()) }; PARTS];
const PARTS: usize = 16;

fn alive<R>(address: usize, work: impl FnOnce(&mut BTreeSet<usize>) -> R) -> R {
    // Allocations are 16 bytes apart at least.
    let part = (address >> 4) % PARTS;
    let part = ALIVE.get(part).unwrap_or(&ALIVE[0]);
    // A set of addresses is whole whatever happened to another thread.
    work(&mut part.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A new handle, which the caller owns.
pub(crate) fn new<O: Opaque>(value: O::Value) -> *mut O {
    let pointer = Box::into_raw(Box::new(Cell { tag: O::TAG, value })).cast::<O>();
    alive(pointer.addr(), |set| set.insert(pointer.addr()));
    pointer
}

/// Checks that a result can be written, and makes it NULL until there is one.
///
/// # Safety
/// `out` is NULL or may be written to.
pub(crate) unsafe fn clear<O>(out: *mut *mut O, name: &str) -> Result<(), Failure> {
    if out.is_null() {
        return Err(Failure::null(name));
    }
    // SAFETY: not NULL, and by the caller's promise it may be written to.
    unsafe { out.write(std::ptr::null_mut()) };
    Ok(())
}

/// Makes a handle of what `work` gives and writes it to `out`, which is NULL where it fails.
///
/// # Safety
/// `out` is NULL or may be written to.
pub(crate) unsafe fn give<O: Opaque>(
    out: *mut *mut O,
    work: impl FnOnce() -> Result<O::Value, Failure>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe { clear(out, "out")? };
    let made = new::<O>(work()?);
    // SAFETY: `clear` wrote to it.
    unsafe { out.write(made) };
    Ok(())
}

/// The value behind a handle.
///
/// # Safety
/// `pointer` is NULL, or points to a handle of this library that stays alive for `'a`.
pub(crate) unsafe fn borrow<'a, O: Opaque>(
    pointer: *const O,
    name: &str,
) -> Result<&'a O::Value, Failure> {
    if pointer.is_null() {
        return Err(Failure::null(name));
    }
    let tag = pointer.cast::<[u8; 4]>();
    // SAFETY: by the caller's promise it points to a `Cell` of some kind; each starts with its
    // tag. A volatile read, since a freed handle's tag is the one thing that tells it.
    let found = unsafe { tag.read_volatile() };
    if found != O::TAG || !pointer.cast::<Cell<O::Value>>().is_aligned() {
        let message = format!("is not a handle of kind `{}`, or was freed", O::NAME);
        return Err(Failure::argument(Status::InvalidHandle, name, message));
    }
    // SAFETY: the tag says that `new::<O>` made it; it is only ever read through shared
    // references, and the caller promises that it stays alive.
    Ok(unsafe { &(*pointer.cast::<Cell<O::Value>>()).value })
}

/// Frees the handle in the caller's variable, which becomes NULL. NULL in it is nothing to free.
///
/// # Safety
/// `place` is NULL or may be read and written to, and no other call uses the handle.
pub(crate) unsafe fn free<O: Opaque>(place: *mut *mut O) -> Result<(), Failure> {
    if place.is_null() {
        return Err(Failure::null("handle"));
    }
    // SAFETY: not NULL, and by the caller's promise it may be read and written to.
    let pointer = unsafe { place.replace(std::ptr::null_mut()) };
    if pointer.is_null() {
        return Ok(());
    }
    let address = pointer.addr();
    let tag = pointer.cast::<[u8; 4]>();
    let is_ours = alive(address, |set| {
        // SAFETY: what is in the set is alive, whatever its kind, and stays so under the lock.
        let is_ours = set.contains(&address) && unsafe { tag.read() } == O::TAG;
        is_ours && set.remove(&address)
    });
    if !is_ours {
        let message = format!("is not a handle of kind `{}`, or was freed before", O::NAME);
        return Err(Failure::argument(Status::InvalidHandle, "handle", message));
    }
    // SAFETY: `new::<O>` made it, as its tag says, and it has just left the set, so that this is
    // the one time that it is freed.
    let mut cell = unsafe { Box::from_raw(pointer.cast::<Cell<O::Value>>()) };
    // SAFETY: a plain write to memory that the box owns; volatile, so that it is not left out.
    unsafe { (&raw mut cell.tag).write_volatile(FREED) };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Number;
    impl Opaque for Number {
        type Value = u64;
        const TAG: [u8; 4] = *b"numb";
        const NAME: &'static str = "number";
    }

    struct Word;
    impl Opaque for Word {
        type Value = String;
        const TAG: [u8; 4] = *b"word";
        const NAME: &'static str = "word";
    }

    #[test]
    fn a_handle_is_freed_once() {
        let mut handle = new::<Number>(7);
        let mut alias = handle;
        // SAFETY: local places and a handle that is alive.
        unsafe {
            assert_eq!(*borrow(handle, "n").unwrap(), 7);
            free(&raw mut handle).unwrap();
            assert!(handle.is_null());
            free(&raw mut handle).unwrap();
            let again = free(&raw mut alias).unwrap_err();
            assert_eq!(again.status, Status::InvalidHandle);
        }
    }

    #[test]
    fn a_handle_of_another_kind_is_refused_and_stays_alive() {
        let mut handle = new::<Word>("w".to_owned());
        let mut wrong = handle.cast::<Number>();
        // SAFETY: local places and a handle that is alive.
        unsafe {
            let refused = borrow::<Number>(wrong, "n").unwrap_err();
            assert_eq!(refused.status, Status::InvalidHandle);
            assert_eq!(free(&raw mut wrong).unwrap_err().status, Status::InvalidHandle);
            assert_eq!(borrow(handle, "w").unwrap(), "w");
            free(&raw mut handle).unwrap();
        }
    }
}
