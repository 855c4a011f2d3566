//! Both stores keep every rule of the kit. What a host does in a transaction of its own is in
//! `transactions`: there it stages transitions, and not the bare commits that the kit would.

mod sqlite {
    use mfakit::testing::conformance::Candidate;

    use crate::databases::{Database, File, block_on};

    mfakit::conformance_tests!(block_on, || async {
        let file = File::new();
        let store = file.store().await;
        Candidate::new(store.clone())
            .other_handle(file.store().await)
            .index(store.clone())
            .event_log(store.clone())
            .organisations(store.clone())
            .other_organisations(file.store().await)
            .stamps(store)
            .crowd(1_000)
            .guard(file)
    });
}

mod postgres {
    use mfakit::testing::conformance::Candidate;

    use crate::databases::{Database, Schema, on_postgres};

    mfakit::conformance_tests!(on_postgres, || async {
        let schema = Schema::new().expect("a rule is checked only where there is a server");
        let store = schema.store().await;
        Candidate::new(store.clone())
            .other_handle(schema.store().await)
            .index(store.clone())
            .event_log(store.clone())
            .organisations(store.clone())
            .other_organisations(schema.store().await)
            .stamps(store)
            .crowd(1_000)
            .guard(schema)
    });
}
