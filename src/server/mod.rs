//! The world's door: webhooks in, pages and API out.
