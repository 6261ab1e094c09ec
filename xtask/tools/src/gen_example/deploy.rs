//! Deployments: the same images in three namespaces that are treated differently.

use super::images::{Image, Images};

/// File names and contents.
pub(super) fn namespaces(images: &Images) -> Vec<(&'static str, String)> {
    let Images { checkout, search, payments, orders, newsletter, .. } = images;
    let production = [
        deployment("production-a", checkout, &checkout.by_digest(), Some(checkout)),
        deployment("production-a", search, &search.by_digest(), None),
        deployment("production-a", payments, &payments.by_digest(), None),
        deployment("production-a", orders, &orders.by_digest(), Some(checkout)),
        deployment("production-a", newsletter, &newsletter.by_tag(), None),
    ];
    let staging = [
        deployment("staging", search, &search.by_digest(), None),
        deployment("staging", newsletter, &newsletter.by_tag(), None),
    ];
    let system = [deployment("kube-system", search, &search.by_digest(), None)];
    vec![
        ("production", production.join("---\n")),
        ("staging", staging.join("---\n")),
        ("kube-system", system.join("---\n")),
    ]
}

fn deployment(namespace: &str, image: &Image, reference: &str, init: Option<&Image>) -> String {
    let name = image.short_name();
    let init = init.map_or_else(String::new, |init| {
        format!(
            "      initContainers:\n        - name: migrate\n          image: {}\n          \
             args: [migrate]\n",
            init.by_digest()
        )
    });
    format!(
        "apiVersion: apps/v1\n\
         kind: Deployment\n\
         metadata: {{name: {name}, namespace: {namespace}}}\n\
         spec:\n  \
           replicas: 2\n  \
           selector: {{matchLabels: {{app: {name}}}}}\n  \
           template:\n    \
             metadata: {{labels: {{app: {name}}}}}\n    \
             spec:\n\
         {init}      \
               containers:\n        \
                 - name: {name}\n          \
                   image: {reference}\n"
    )
}
