//! The dashboard for Grafana shows what `/metrics` serves, all of it and nothing else.

use crate::server::scene::Scene;
use serde_json::Value;
use std::collections::BTreeSet;

/// Names of figures in a text.
fn figures(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("engine_")).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_figure_is_shown_and_every_one_shown_is_served() {
    let (_, page) = Scene::new().get("/metrics").await;
    let served: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next().map(str::to_owned)).collect();
    let drawn: Value = serde_json::from_str(include_str!("../../docs/grafana.json")).unwrap();
    let panels = drawn["panels"].as_array().unwrap();
    let queries =
        panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap()).map(|target| target["expr"].as_str().unwrap());
    let shown: BTreeSet<String> = queries.flat_map(figures).collect();
    assert_eq!(shown, served);
    let asked: BTreeSet<String> = drawn["templating"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|variable| figures(&variable["query"].to_string()))
        .collect();
    assert!(asked.is_subset(&served) && !asked.is_empty(), "{asked:?}");
    let mut places: Vec<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    places.dedup();
    assert_eq!(places.len(), panels.len());
}
