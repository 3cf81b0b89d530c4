//! Keys: bytes that come back, sort as keys do, and stay short.

use crate::store::rows::{TABLES, any_key};
use campaign_engine::store::keys::{KEY_BYTES_MAX, decode, encode, range};
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::{prop_assert, prop_assert_eq};
use std::ops::RangeBounds;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_key_comes_back_from_its_bytes(key in any_key(true)) {
        prop_assert_eq!(decode(&encode(&key)), Some(key));
    }

    #[test]
    fn bytes_sort_as_keys_do(a in any_key(true), b in any_key(true)) {
        prop_assert_eq!(encode(&a).cmp(&encode(&b)), a.cmp(&b));
    }

    #[test]
    fn keys_with_usual_ids_are_short(key in any_key(false)) {
        prop_assert!(encode(&key).len() <= KEY_BYTES_MAX);
    }

    #[test]
    fn a_key_stands_in_the_range_of_its_table_alone(key in any_key(true)) {
        for table in TABLES {
            prop_assert_eq!(range(table, None).contains(&encode(&key)), table == key.table());
            prop_assert!(!range(table, Some(&key)).contains(&encode(&key)));
        }
    }

    #[test]
    fn bytes_are_a_key_in_one_way_only(bytes in proptest::collection::vec(any::<u8>(), 0..30)) {
        if let Some(key) = decode(&bytes) {
            prop_assert_eq!(encode(&key), bytes);
        }
    }
}
