//! Steps asked for in the middle of a run, and the stream after them, are the whole conversation.

use serde_json::Value;

use crate::app::{TestApp, text_of};

#[tokio::test]
async fn the_stream_continues_exactly_where_the_steps_end() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo chunks=1500 rate=500").await;
    let path = format!("/v1/agents/{agent}/runs/{run}/stream");
    let mut seen = Vec::new();
    // By the text: how many pieces it comes in is another matter on a busy machine.
    for wanted in [1, 50, 200, 400] {
        test.stream_until(&path, |events| text_of(events, "assistant").len() >= wanted).await;
        let steps = test.get(&format!("/v1/agents/{agent}/steps")).await.json;
        assert_eq!(steps["live"]["runId"].as_str(), Some(run.as_str()));
        seen.push(steps);
    }
    let whole = text_of(&test.stream(&path).await, "assistant");
    for steps in seen {
        let last = steps["live"]["lastEventId"].as_str().unwrap();
        let rest = text_of(&test.stream_after(&path, Some(last)).await, "assistant");
        assert_eq!(format!("{}{rest}", said(&steps)), whole);
        assert!(!rest.is_empty());
    }
    let after = test.get(&format!("/v1/agents/{agent}/steps")).await.json;
    assert!(after["live"].is_null());
    assert_eq!(said(&after), whole);
}

#[tokio::test]
async fn older_pages_join_without_gap_or_overlap_while_a_run_is_live() {
    let test = TestApp::new().await;
    let (agent, first) = test.create("#demo pace=0\nwrite a.txt with x, then read a.txt, then delete a.txt").await;
    test.ended(&agent, &first).await;
    let run = test.follow_up(&agent, "#demo pace=0 silent=60\nlist the files").await;
    test.stream_until(&format!("/v1/agents/{agent}/runs/{run}/stream"), |events| {
        events.iter().any(|event| event.data["status"] == "RUNNING")
    })
    .await;
    let (mut positions, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = test.get(&format!("/v1/agents/{agent}/steps?limit=2{cursor}")).await.json;
        positions.extend(page["items"].as_array().unwrap().iter().map(|step| step["position"].as_i64().unwrap()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    // What has come since the first page is not on it.
    let mut all: Vec<i64> = test.steps(&agent).await.iter().rev().map(|step| step["position"].as_i64().unwrap()).collect();
    all.retain(|position| *position <= positions[0]);
    assert_eq!(positions, all);
    assert!(positions.len() > 5 && positions.is_sorted_by(|a, b| a > b));
    test.empty(axum::http::Method::DELETE, &format!("/v1/agents/{agent}")).await;
}

fn said(steps: &Value) -> String {
    let items = steps["items"].as_array().unwrap().iter().rev();
    items.filter(|step| step["type"] == "assistant_message").filter_map(|step| step["text"].as_str()).collect()
}
