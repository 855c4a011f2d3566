//! Both stores keep every rule of the kit.

#[cfg(feature = "sqlite")]
mod sqlite {
    use mfakit::testing::conformance::Candidate;

    use crate::databases::block_on;
    use crate::databases::sqlite::File;

    mfakit::conformance_tests!(block_on, || async {
        let file = File::new();
        let store = file.store().await;
        Candidate::new(store.clone())
            .other_handle(file.store().await)
            .index(store.clone())
            .event_log(store)
            .guard(file)
    });
}

#[cfg(feature = "postgres")]
mod postgres {
    use mfakit::testing::conformance::Candidate;

    use crate::databases::on_postgres;
    use crate::databases::postgres::Schema;

    mfakit::conformance_tests!(on_postgres, || async {
        let schema = Schema::new().expect("a rule is checked only where there is a server");
        let store = schema.store().await;
        Candidate::new(store.clone())
            .other_handle(schema.store().await)
            .index(store.clone())
            .event_log(store)
            .guard(schema)
    });
}
