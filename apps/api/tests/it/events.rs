//! The one stream of a browser.

use axum::http::Method;
use serde_json::json;

use crate::app::{Event, TestApp};

fn has(events: &[Event], name: &str, test: impl Fn(&Event) -> bool) -> bool {
    events.iter().any(|event| event.name == name && test(event))
}

#[tokio::test]
async fn every_change_is_told_and_a_reader_comes_back_to_its_place() {
    let test = TestApp::new().await;
    let hello = test.stream_until("/v1/events", |events| !events.is_empty()).await;
    assert_eq!(hello[0].name, "hello");
    let start = hello[0].id.clone().unwrap();
    let (agent, run) = test.create("#demo pace=0\nlist the files").await;
    test.ended(&agent, &run).await;
    test.raw(Method::PATCH, &format!("/v1/agents/{agent}"), json!({ "name": "renamed" }).to_string()).await;
    let path = format!("/v1/events?lastEventId={start}");
    let events = test.stream_until(&path, |events| has(events, "agent", |event| event.data["name"] == "renamed")).await;
    assert!(has(&events, "run", |event| event.data["status"] == "FINISHED"));
    assert!(events.iter().filter(|event| event.name != "heartbeat").all(|event| event.id.is_some()));
    let last = events.iter().filter_map(|event| event.id.clone()).next_back().unwrap();
    test.empty(Method::DELETE, &format!("/v1/agents/{agent}")).await;
    let path = format!("/v1/events?lastEventId={last}");
    let events =
        test.stream_until(&path, |events| has(events, "agent_deleted", |event| event.data["id"] == agent.as_str())).await;
    assert!(!has(&events, "hello", |_| true));
}

#[tokio::test]
async fn runs_that_are_named_are_followed_with_every_detail() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0\nlist the files").await;
    let whole = test.stream(&format!("/v1/agents/{agent}/runs/{run}/stream?detail=full")).await;
    let done = |events: &[Event]| has(events, "run_event", |event| event.data["event"] == "done");
    let events = test.stream_until(&format!("/v1/events?runs={run}"), done).await;
    let told: Vec<(&str, &serde_json::Value)> = run_events(&events);
    let expected: Vec<(&str, &serde_json::Value)> = whole.iter().map(|event| (event.name.as_str(), &event.data)).collect();
    assert_eq!(told, expected);
    let middle = whole.iter().filter_map(|event| event.id.clone()).nth(2).unwrap();
    let events = test.stream_until(&format!("/v1/events?runs={run}@{middle}"), done).await;
    let at = whole.iter().position(|event| event.id.as_ref() == Some(&middle)).unwrap();
    assert_eq!(run_events(&events), expected[at + 1..]);
}

#[tokio::test]
async fn a_place_that_is_not_kept_is_a_reset_and_nonsense_is_refused() {
    let test = TestApp::new().await;
    let events = test.stream_until("/v1/events?lastEventId=999999", |events| !events.is_empty()).await;
    assert_eq!(events[0].name, "reset");
    assert_eq!(test.get("/v1/events?lastEventId=x").await.json["error"]["code"], "invalid_last_event_id");
    let unknown = "/v1/events?runs=run-00000000-0000-4000-8000-000000000001";
    test.stream_until(unknown, |events| has(events, "hello", |_| true)).await;
}

fn run_events(events: &[Event]) -> Vec<(&str, &serde_json::Value)> {
    events
        .iter()
        .filter(|event| event.name == "run_event")
        .map(|event| (event.data["event"].as_str().unwrap(), &event.data["data"]))
        .collect()
}

#[tokio::test]
async fn signing_out_ends_what_was_signed_in() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0 silent=60").await;
    let mut streams = Vec::new();
    for path in [format!("/v1/agents/{agent}/runs/{run}/stream"), format!("/v1/events?runs={run}")] {
        let request = test.request(axum::http::Method::GET, &path).body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(test.router.clone(), request).await.unwrap();
        assert_eq!(response.status(), axum::http::StatusCode::OK);
        streams.push(response.into_body());
    }
    db::query::keys::revoke(&test.app.db, 1, "test", 1).await.unwrap();
    // Both end, or this does not.
    for body in streams {
        http_body_util::BodyExt::collect(body).await.unwrap();
    }
    test.app.runner.stop(run.parse().unwrap()).await.unwrap();
}
