//! What a decision is asked about.

use cocket::evaluate::ImageRequest as Asked;

use crate::guard::Failure;
use crate::text::{Pair, Text, map, structure};

/// The image that a decision is asked about. Set everything to zero, then `size` and `image`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ImageRequest {
    /// `sizeof(cocket_image_request)`.
    pub size: usize,
    /// The reference as the workload gives it.
    pub image: Text,
    /// The digest that the reference resolved to, where it does not name one itself.
    pub digest: Text,
    /// The digest of the index by which the caller came to the image, where it did.
    pub parent: Text,
    /// The namespace of the request, where there is one.
    pub namespace_name: Text,
    /// The namespace's labels; NULL where they are not known, which is another thing than a
    /// list of length 0.
    pub namespace_labels: *const Pair,
    /// How many labels.
    pub namespace_labels_len: usize,
    /// Whether the image will be pulled by the name given, as after admission: 0 for no, anything
    /// else for yes, which is the stricter.
    pub admission: i32,
    /// The kind of the object that names the image, such as `Deployment`; NULL where it is not
    /// known: then rules about every kind hold.
    pub kind: Text,
    /// The labels of the object's owner, such as the `Deployment` of a pod; NULL where they are not
    /// known, which is another thing than a list of length 0.
    pub owner_labels: *const Pair,
    /// How many of them.
    pub owner_labels_len: usize,
}

/// # Safety
/// `request` is NULL or points to a request whose texts and labels hold what they say.
pub(crate) unsafe fn read(request: *const ImageRequest) -> Result<Asked, Failure> {
    // SAFETY: the caller's promise, for this and everything below.
    unsafe {
        let request = structure(request, "request")?;
        Ok(Asked {
            image: request.image.required("request.image")?.to_owned(),
            digest: request.digest.digest("request.digest")?,
            parent: request.parent.digest("request.parent")?,
            namespace: request
                .namespace_name
                .optional("request.namespace_name")?
                .map(str::to_owned),
            namespace_labels: map(
                request.namespace_labels,
                request.namespace_labels_len,
                "request.namespace_labels",
            )?,
            admission: request.admission != 0,
            kind: request.kind.optional("request.kind")?.map(str::to_owned),
            owner_labels: map(
                request.owner_labels,
                request.owner_labels_len,
                "request.owner_labels",
            )?,
        })
    }
}
