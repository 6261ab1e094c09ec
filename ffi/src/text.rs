//! Texts, bytes and lists that the caller lends for the time of a call.

use std::collections::BTreeMap;

use cocket::reference::Digest;

use crate::guard::{Failure, Status};

/// UTF-8 with a length, without a zero byte at the end. It is lent, never owned: what a caller
/// hands in is copied where it is needed for longer than the call, and what the library hands out
/// lives as long as the handle it comes from. `data` NULL with `len` 0 is no text at all, which
/// is another thing than an empty one.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The first byte.
    pub data: *const std::ffi::c_char,
    /// How many bytes.
    pub len: usize,
}

/// Any bytes with a length; lent as `cocket_text` is.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many bytes.
    pub len: usize,
}

/// A name and a value, such as an annotation or a label.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The name.
    pub name: Text,
    /// The value.
    pub value: Text,
}

impl Text {
    pub(crate) const NONE: Self = Self { data: std::ptr::null(), len: 0 };

    pub(crate) fn of(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }

    pub(crate) fn of_optional(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, Self::of)
    }

    /// The text, where there is one.
    ///
    /// # Safety
    /// `data` is NULL or points to `len` bytes that do not change for `'a`.
    pub(crate) unsafe fn optional<'a>(self, name: &str) -> Result<Option<&'a str>, Failure> {
        let bytes = Bytes { data: self.data.cast(), len: self.len };
        if bytes.data.is_null() && bytes.len == 0 {
            return Ok(None);
        }
        // SAFETY: the caller's promise.
        let bytes = unsafe { bytes.required(name)? };
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(error) => {
                let message = format!("is not UTF-8 from byte {}", error.valid_up_to());
                Err(Failure::argument(Status::InvalidUtf8, name, message))
            }
        }
    }

    /// The text, which must be there.
    ///
    /// # Safety
    /// As for `optional`.
    pub(crate) unsafe fn required<'a>(self, name: &str) -> Result<&'a str, Failure> {
        // SAFETY: the caller's promise.
        unsafe { self.optional(name)? }.ok_or_else(|| Failure::null(name))
    }

    /// A digest, where there is one.
    ///
    /// # Safety
    /// As for `optional`.
    pub(crate) unsafe fn digest(self, name: &str) -> Result<Option<Digest>, Failure> {
        // SAFETY: the caller's promise.
        let text = unsafe { self.optional(name)? };
        text.map(str::parse::<Digest>).transpose().map_err(|error| {
            Failure::argument(Status::InvalidArgument, name, format!("is not a digest: {error}"))
        })
    }
}

impl Bytes {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len() }
    }

    /// The bytes, which must be there; there may be none of them.
    ///
    /// # Safety
    /// `data` is NULL or points to `len` bytes that do not change for `'a`.
    pub(crate) unsafe fn required<'a>(self, name: &str) -> Result<&'a [u8], Failure> {
        // SAFETY: the caller's promise.
        unsafe { list(self.data, self.len, name) }?.ok_or_else(|| Failure::null(name))
    }
}

/// A list, where there is one: NULL with length 0 is none.
///
/// # Safety
/// `data` is NULL or points to `len` items that do not change for `'a`.
pub(crate) unsafe fn list<'a, T>(
    data: *const T,
    len: usize,
    name: &str,
) -> Result<Option<&'a [T]>, Failure> {
    let invalid = |message: &str| Failure::argument(Status::InvalidArgument, name, message);
    if data.is_null() {
        return match len {
            0 => Ok(None),
            _ => Err(invalid("is NULL where its length is not 0")),
        };
    }
    if !data.is_aligned() {
        return Err(invalid("is not aligned"));
    }
    // More than any object can have: a length that was never set, or a negative number.
    match len.checked_mul(size_of::<T>()) {
        Some(bytes) if isize::try_from(bytes).is_ok() => {}
        _ => return Err(invalid("has a length that no memory has")),
    }
    // SAFETY: not NULL, aligned, of a possible size; the caller promises the rest.
    Ok(Some(unsafe { std::slice::from_raw_parts(data, len) }))
}

/// Pairs as a map, where there is a list. A name twice is an error: which one would count?
///
/// # Safety
/// As for [`list`], and each pair's texts are NULL or point to as many bytes as they say.
pub(crate) unsafe fn map(
    data: *const Pair,
    len: usize,
    name: &str,
) -> Result<Option<BTreeMap<String, String>>, Failure> {
    // SAFETY: the caller's promise.
    let Some(pairs) = (unsafe { list(data, len, name)? }) else { return Ok(None) };
    let mut map = BTreeMap::new();
    for (position, pair) in pairs.iter().enumerate() {
        let place = |member: &str| format!("{name}[{position}].{member}");
        // SAFETY: the caller's promise.
        let key = unsafe { pair.name.required(&place("name"))? };
        // SAFETY: the caller's promise.
        let value = unsafe { pair.value.required(&place("value"))? };
        if map.insert(key.to_owned(), value.to_owned()).is_some() {
            let message = format!("`{key}` is there twice");
            return Err(Failure::argument(Status::InvalidArgument, &place("name"), message));
        }
    }
    Ok(Some(map))
}

/// Checks a structure's pointer and its `size`, which comes first in it.
///
/// # Safety
/// `pointer` is NULL, or points to as many bytes as the `size` there says.
pub(crate) unsafe fn structure<'a, T>(pointer: *const T, name: &str) -> Result<&'a T, Failure> {
    if pointer.is_null() {
        return Err(Failure::null(name));
    }
    let invalid = |message: String| Failure::argument(Status::InvalidArgument, name, message);
    if !pointer.is_aligned() {
        return Err(invalid("is not aligned".to_owned()));
    }
    // SAFETY: not NULL, aligned; each of these structures starts with its size.
    let size = unsafe { pointer.cast::<usize>().read() };
    let expected = size_of::<T>();
    if size != expected {
        return Err(invalid(format!("has the size {size} where {expected} is expected")));
    }
    // SAFETY: it has as many bytes as the type, of members for which any bytes are a value.
    Ok(unsafe { &*pointer })
}
