//! What replies are taken for, in seven languages; and what they are not.

use campaign_engine::machine::classify::classify;
use campaign_engine::model::campaign::Class;
use campaign_engine::model::pattern::Pattern;
use campaign_engine::model::time::Timestamp;

/// 2027-01-04T09:00Z, a Monday.
const RECEIVED: Timestamp = Timestamp(1_799_053_200_000);

/// Each row: the reply, and its classes with the day of return.
fn check(rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(text, expected)| {
            let verdict = classify(text, &[], RECEIVED);
            let mut found = verdict.classes.join(" ");
            if let Some(date) = verdict.return_date {
                found = format!("{found} {date}");
            }
            (found != *expected).then(|| format!("`{text}`: expected `{expected}`, found `{found}`"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn opting_out_is_heard_in_every_language() {
    let texts = [
        "STOP",
        "Stop.",
        "please stop",
        "Stop it!",
        "Unsubscribe",
        "unsubscribe please",
        "Opt out",
        "remove me",
        "Please unsubscribe me from this list",
        "Stop messaging me",
        "Please stop contacting me, thanks",
        "Hi. Please don't contact me again.",
        "Don’t message me",
        "Take me off your list",
        "Remove me from your list please",
        "Please delete my data",
        "No more messages please",
        "I'd like to opt out",
        "Leave me alone!",
        "I will report you as spam",
        "Not interested. Please do not contact me any more",
        "stop sending me these messages",
        "I do not want to be contacted",
        "Arrêtez de m'écrire",
        "Merci de ne plus me contacter",
        "Désabonnez-moi",
        "Veuillez retirer mon numéro",
        "ne me contactez plus svp",
        "Je ne souhaite plus recevoir vos messages",
        "Laissez-moi tranquille",
        "Désinscription",
        "Bitte nicht mehr kontaktieren",
        "Schreiben Sie mir nicht mehr",
        "Bitte keine weiteren Nachrichten",
        "Nehmen Sie mich bitte von der Liste",
        "Löschen Sie meine Daten",
        "Abmelden",
        "Lassen Sie mich in Ruhe",
        "Hören Sie bitte auf, mir zu schreiben",
        "No me escribas más",
        "Por favor, no me contacten más",
        "Baja",
        "Quiero darme de baja",
        "Elimíneme de su lista",
        "Deje de escribirme",
        "No quiero recibir más mensajes",
        "Déjame en paz",
        "Non mi scriva più",
        "Non contattatemi più",
        "Cancellami dalla lista",
        "Smettetela di scrivermi",
        "Voglio disiscrivermi",
        "Basta!",
        "Non voglio più ricevere messaggi",
        "Não me envie mais mensagens",
        "Pare de me mandar mensagens",
        "Remova-me da lista",
        "Não quero receber mais mensagens",
        "Sair",
        "Me deixa em paz",
        "Stuur mij niet meer",
        "Afmelden aub",
        "Haal me van de lijst",
        "Verwijder mijn gegevens",
        "Neem geen contact meer met mij op",
        "Laat me met rust",
        "Ik wil niet meer benaderd worden",
    ];
    check(&texts.map(|text| (text, "opt_out")));
}

#[test]
fn what_only_sounds_like_opting_out_is_not_taken_for_it() {
    let texts = [
        "Could you stop by on Friday?",
        "I'll stop by on Friday",
        "We can't stop talking about it",
        "Full stop.",
        "Don't stop!",
        "Not interested",
        "No thanks",
        "Our unsubscribe rate is too high, can you help?",
        "We want to stop using spreadsheets",
        "Don't call me before 9, mornings are busy",
        "Please message me on WhatsApp instead",
        "Our customers unsubscribe too often",
        "I don't want to unsubscribe, just fewer mails",
        "Please don't contact me until February",
        "Can you remove the second slide from the deck?",
        "Le train s'arrête à Lyon",
        "Je ne suis pas intéressé",
        "Kein Interesse",
        "Wir hören voneinander",
        "La baja de precios nos ayuda",
        "No, gracias",
        "Non sono interessato",
        "Non vedo l'ora di scriverle",
        "Não tenho interesse",
        "Vou sair agora, falamos amanhã",
        "Geen interesse",
        "Ik stop er volgende week mee",
        "Yes, call me on Friday",
        "",
        "We delete old data after a year",
        "👍",
    ];
    check(&texts.map(|text| (text, "")));
}

#[test]
fn absence_is_heard_and_the_day_of_return_read() {
    check(&[
        ("Out of office", "out_of_office"),
        ("I am out of the office until 2027-01-18.", "out_of_office 2027-01-18"),
        ("Automatic reply: I'm on annual leave until 15 January", "out_of_office 2027-01-15"),
        ("I'm currently out of office and back on Jan 15th.", "out_of_office 2027-01-15"),
        ("I will be back on January 15, 2027", "out_of_office 2027-01-15"),
        ("I am on vacation from 20 December until 11 January.", "out_of_office 2027-01-11"),
        ("I'm away until 15/01/2027 with limited access to email", "out_of_office 2027-01-15"),
        ("OOO until 1/20/2027", "out_of_office 2027-01-20"),
        ("I'll reply when I return on the 3rd of February", "out_of_office 2027-02-03"),
        ("I have no access to email this week", "out_of_office"),
        ("Réponse automatique : je suis absent jusqu'au 15 janvier inclus", "out_of_office 2027-01-15"),
        ("Je suis en congés, de retour mardi 1er février 2027", "out_of_office 2027-02-01"),
        ("Ich bin bis zum 15. Januar nicht im Büro.", "out_of_office 2027-01-15"),
        ("Abwesenheitsnotiz: ab dem 18.01.2027 bin ich wieder erreichbar", "out_of_office 2027-01-18"),
        ("Ich bin derzeit im Urlaub", "out_of_office"),
        ("Estoy de vacaciones hasta el 20 de enero", "out_of_office 2027-01-20"),
        ("Respuesta automática: volveré el 20 de enero de 2027", "out_of_office 2027-01-20"),
        ("Fuera de la oficina", "out_of_office"),
        ("Sono in ferie fino al 12 gennaio", "out_of_office 2027-01-12"),
        ("Risposta automatica. Rientrerò il 12/01/2027", "out_of_office 2027-01-12"),
        ("Estou de férias até 22 de janeiro", "out_of_office 2027-01-22"),
        ("Resposta automática", "out_of_office"),
        ("Ik ben op vakantie tot 25 januari", "out_of_office 2027-01-25"),
        ("Ik ben momenteel niet op kantoor", "out_of_office"),
        ("Je serai de retour le 3 février", "out_of_office 2027-02-03"),
        ("Absente du bureau, de retour au bureau le lundi 18 janvier", "out_of_office 2027-01-18"),
        ("zurück am 03.02.", "out_of_office 2027-02-03"),
        ("Bin im Urlaub, wieder erreichbar ab 18.1.", "out_of_office 2027-01-18"),
        ("Vuelvo el 3 de febrero", "out_of_office 2027-02-03"),
        ("De vuelta a la oficina el lunes 18 de enero", "out_of_office 2027-01-18"),
        ("Torno il 3 febbraio", "out_of_office 2027-02-03"),
        ("Rientro in ufficio lunedì 18 gennaio, sono in ferie", "out_of_office 2027-01-18"),
        ("Volto no dia 3 de fevereiro", "out_of_office 2027-02-03"),
        ("Estarei ausente, regresso ao trabalho dia 18/01", "out_of_office 2027-01-18"),
        ("Terug op kantoor op 3 februari", "out_of_office 2027-02-03"),
        ("Ik ben weer bereikbaar vanaf maandag 18 januari", "out_of_office 2027-01-18"),
        ("Back in the office on Monday, 18 January", "out_of_office 2027-01-18"),
        ("Automatisch antwoord: ik ben afwezig tot en met 25 januari 2027.", "out_of_office 2027-01-25"),
    ]);
}

#[test]
fn what_only_speaks_of_absence_is_not_taken_for_it() {
    let texts = [
        "I was out of office last week, sorry for the delay",
        "Are you on holiday in August?",
        "Just back from vacation, let's talk",
        "Hope you are on vacation!",
        "Our office moved",
        "J'étais en congés la semaine dernière",
        "Ich war im Urlaub, jetzt passt es",
        "Let's meet on 15 January",
        "My automatic reply system is broken, we need a better one",
        "Estuve de vacaciones",
        "Let's talk about it on 3 February",
        "Zurück zu Ihrem Angebot: gern am 3.2.",
        "Le 3 février me convient",
        "El 3 de febrero me va bien",
        "Il 3 febbraio va bene",
        "Dia 3 de fevereiro serve",
        "3 februari komt goed uit",
        "Can we go back to the offer of 3 January?",
    ];
    check(&texts.map(|text| (text, "")));
}

#[test]
fn the_authors_classes_follow_the_built_in_ones() {
    let interested = Class { name: "interested".to_owned(), pattern: Pattern::new(r"\b(yes|sure)\b", true).unwrap() };
    let verdict = classify("Yes, but I'm away until 2027-01-20", std::slice::from_ref(&interested), RECEIVED);
    assert_eq!(verdict.classes, ["out_of_office", "interested"]);
    assert_eq!(verdict.return_date.as_deref(), Some("2027-01-20"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_taken_for_something(text in "\\PC{0,200}") {
        classify(&text, &[], RECEIVED);
    }
}
