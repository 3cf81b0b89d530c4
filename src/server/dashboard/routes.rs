//! Every route of the dashboard and its API, each with its role: there is no way to add one without.

use crate::server::dashboard::Front;
use crate::server::dashboard::access::{self, Role};
use crate::server::dashboard::problem;
use axum::Router;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use serde::Serialize;
use std::sync::Arc;

/// A route, for the document of the API and for tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    pub method: &'static str,
    /// As axum writes it: `/api/v1/contacts/{id}`.
    pub path: &'static str,
    pub role: Role,
    /// What it gives or does, in a sentence; a page's title.
    pub about: &'static str,
}

/// Routes as they are added.
pub struct Routes {
    front: Arc<Front>,
    router: Router<Arc<Front>>,
    list: Vec<Route>,
}

impl Routes {
    /// None yet.
    pub fn new(front: &Arc<Front>) -> Self {
        Self { front: Arc::clone(front), router: Router::new(), list: Vec::new() }
    }

    /// A GET for anybody.
    #[must_use]
    pub fn open<H: Handler<T, Arc<Front>>, T: 'static>(self, path: &'static str, about: &'static str, handler: H) -> Self {
        self.add(Route { method: "GET", path, role: Role::Anybody, about }, Router::new().route(path, get(handler)))
    }

    /// A POST for anybody: only what a token is presented to.
    #[must_use]
    pub fn open_post<H: Handler<T, Arc<Front>>, T: 'static>(self, path: &'static str, about: &'static str, handler: H) -> Self {
        self.add(Route { method: "POST", path, role: Role::Anybody, about }, Router::new().route(path, post(handler)))
    }

    /// A GET, which changes nothing, for readers.
    #[must_use]
    pub fn read<H: Handler<T, Arc<Front>>, T: 'static>(self, path: &'static str, about: &'static str, handler: H) -> Self {
        let route = Router::new().route(path, get(handler));
        let route = route.route_layer(from_fn_with_state(Arc::clone(&self.front), access::reader));
        self.add(Route { method: "GET", path, role: Role::Reader, about }, route)
    }

    /// A POST, which changes something, for operators.
    #[must_use]
    pub fn act<H: Handler<T, Arc<Front>>, T: 'static>(self, path: &'static str, about: &'static str, handler: H) -> Self {
        let route = Router::new().route(path, post(handler));
        let route = route.route_layer(from_fn_with_state(Arc::clone(&self.front), access::operator));
        self.add(Route { method: "POST", path, role: Role::Operator, about }, route)
    }

    fn add(mut self, route: Route, router: Router<Arc<Front>>) -> Self {
        self.list.push(route);
        Self { router: self.router.merge(router), ..self }
    }

    /// The router, and what it serves.
    pub fn finish(self) -> (Router, Vec<Route>) {
        let router = self.router.fallback(super::pages::nowhere);
        let router = router.layer(from_fn(problem::everywhere));
        let router = router.layer(from_fn_with_state(Arc::clone(&self.front), access::everybody));
        (router.with_state(self.front), self.list)
    }
}
