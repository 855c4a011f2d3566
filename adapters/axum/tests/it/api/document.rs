//! The document itself.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

use super::client::{Client, DOCUMENT, operation};
use crate::world::World;

/// A path of the document, as a request has it.
fn concrete(path: &str) -> String {
    path.replace("{factor}", "00000000000000000000000000000000")
}

#[tokio::test]
async fn every_documented_operation_is_there_and_no_other() {
    let world = World::new();
    let (_, mut client) = world.protect_by_api("ada").await;
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    for path in DOCUMENT["paths"].as_object().unwrap().keys() {
        for method in &methods {
            let reply = client.send(method.clone(), &concrete(path), "[]".to_owned()).await;
            match operation(method.as_str(), &concrete(path)) {
                Some(_) => assert_ne!(reply.status, 405, "{method} {path}"),
                None => {
                    assert_eq!(reply.refused(), (405, "no_such_method"), "{method} {path}");
                    assert!(reply.headers.contains_key("allow"), "{method} {path}");
                }
            }
        }
    }
    for nothing in ["/nowhere", "/setup/", "/challenge/nowhere"] {
        assert_eq!(client.get(nothing).await.refused(), (404, "no_such_route"), "{nothing}");
    }
}

#[tokio::test]
async fn the_document_is_served_with_the_api() {
    let world = World::new();
    let mut nobody = Client::of(world.browser());
    assert_eq!(nobody.get("/openapi.json").await.body, *DOCUMENT);
}

#[test]
fn schemas_are_schemas_references_resolve_and_operations_have_names_of_their_own() {
    let mut names = BTreeSet::new();
    for methods in DOCUMENT["paths"].as_object().unwrap().values() {
        let operations = methods.as_object().unwrap().iter().filter(|(m, _)| *m != "parameters");
        for (_, operation) in operations {
            assert!(names.insert(operation["operationId"].as_str().unwrap()), "{operation}");
        }
    }
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
    }
    let (mut used, mut defined) = (BTreeSet::new(), BTreeSet::new());
    references(&DOCUMENT, &mut used);
    for kind in ["schemas", "responses"] {
        let names = DOCUMENT["components"][kind].as_object().unwrap().keys();
        defined.extend(names.map(|name| format!("#/components/{kind}/{name}")));
    }
    assert_eq!(used, defined, "what is referred to is what is there");
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(to) = members.get("$ref") {
                found.insert(to.as_str().unwrap().to_owned());
            }
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}
