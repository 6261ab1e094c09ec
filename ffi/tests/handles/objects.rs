//! What objects and reviews would run, by handles.

use std::ptr::null_mut;

use cocket_c::guard::Status;
use cocket_c::text::Bytes;
use cocket_c::{engine, objects};
use serde_json::{Value, json};

use crate::{Case, bytes, cases, compiled, items, optional, told};

/// # Safety
/// `lent` holds what it says.
unsafe fn owned(lent: Bytes) -> Value {
    // SAFETY: the caller's promise.
    let lent = unsafe { std::slice::from_raw_parts(lent.data, lent.len) };
    serde_json::from_slice(lent).unwrap()
}

/// The answer of the list, of which each part is read as well.
fn read(mut listed: *mut objects::Objects) -> Value {
    // SAFETY: a list that is alive, and local variables.
    unsafe {
        let answer = owned(objects::cocket_objects_answer(listed));
        let images = items(&answer, "images").count();
        assert_eq!(objects::cocket_objects_images_len(listed), images);
        for (position, workload) in items(&answer, "workloads").enumerate() {
            let mut one: objects::Workload = std::mem::zeroed();
            let out = &raw mut one;
            let status = objects::cocket_objects_workload(listed, position, out, null_mut());
            assert_eq!((status, json!(one.line)), (Status::Ok, workload["line"].clone()));
            assert_eq!(one.images, items(workload, "images").count());
            assert_eq!(one.namespace_name.data.is_null(), workload["namespace"].is_null());
            for at in 0..one.images {
                let mut image: objects::WorkloadImage = std::mem::zeroed();
                let out = &raw mut image;
                let (from, error) = (listed, null_mut());
                let status = objects::cocket_objects_workload_image(from, position, at, out, error);
                assert_eq!(status, Status::Ok);
                assert_eq!(json!(image.line), workload["images"][at]["line"]);
            }
        }
        assert_eq!(
            objects::cocket_objects_workloads_len(listed),
            items(&answer, "workloads").count()
        );
        for (position, passed) in items(&answer, "unjudged").enumerate() {
            let mut one: objects::Unjudged = std::mem::zeroed();
            let out = &raw mut one;
            let status = objects::cocket_objects_unjudged(listed, position, out, null_mut());
            assert_eq!(status, Status::Ok);
            assert_eq!(json!(one.carries_pods == 1), passed["carriesPods"]);
        }
        assert_eq!(objects::cocket_objects_free(&raw mut listed), Status::Ok);
        answer
    }
}

fn of_text(engine: *const engine::Engine, text: &Value) -> Result<Value, Value> {
    let (mut listed, mut error) = (null_mut(), null_mut());
    let content = text["text"].as_str().unwrap().as_bytes();
    let (name, out) = (optional(&text["name"]), &raw mut listed);
    // SAFETY: an engine that is alive, and local variables.
    let status = unsafe {
        objects::cocket_engine_objects(engine, name, bytes(content), out, &raw mut error)
    };
    match status {
        Status::Ok => Ok(read(listed)),
        _ => Err(told(error)),
    }
}

fn of_review(engine: *const engine::Engine, review: &str) -> Value {
    let mut listed = null_mut();
    let (review, out) = (bytes(review.as_bytes()), &raw mut listed);
    // SAFETY: an engine that is alive, and local variables.
    let status = unsafe { objects::cocket_engine_review_images(engine, review, out, null_mut()) };
    assert_eq!(status, Status::Ok);
    read(listed)
}

#[test]
fn what_would_run_is_listed_as_recorded() {
    let mut compared = 0;
    let asks = |case: &Case| case.is("objects") && case.request["now"].is_null();
    for case in cases().iter().filter(|case| asks(case)) {
        let mut engine = compiled(case).unwrap();
        let texts: Vec<&Value> = items(&case.request["context"], "objects").collect();
        match (texts.as_slice(), case.request["review"].as_str()) {
            ([text], None) => match of_text(engine, text) {
                Ok(found) | Err(found) => assert_eq!(found, case.answer, "{}", case.name),
            },
            ([], Some(review)) => assert_eq!(of_review(engine, review), case.answer),
            _ => continue,
        }
        compared += 1;
        // SAFETY: it is alive, and nobody uses it any more.
        unsafe { engine::cocket_engine_free(&raw mut engine) };
    }
    assert!(compared > 4, "{compared}");
}
