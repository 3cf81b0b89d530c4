//! The rules of the built-in classes, a language a list. Each is read against one sentence, without regard to case.

use crate::model::pattern::Pattern;
use std::sync::OnceLock;

/// One class: any of the first, none of the second.
pub(super) struct Rules {
    pub positive: Vec<Pattern>,
    pub negative: Vec<Pattern>,
}

/// The rules of `opt_out`.
pub(super) fn opt_out() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES
        .get_or_init(|| rules(&[OPT_OUT_EN, OPT_OUT_FR, OPT_OUT_DE, OPT_OUT_ES, OPT_OUT_IT, OPT_OUT_PT, OPT_OUT_NL], OPT_OUT_NOT))
}

/// The rules of `out_of_office`.
pub(super) fn out_of_office() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| rules(&[AWAY_EN, AWAY_FR, AWAY_DE, AWAY_ES, AWAY_IT, AWAY_PT, AWAY_NL], AWAY_NOT))
}

fn rules(languages: &[&[&str]], negative: &[&str]) -> Rules {
    let compile = |source: &&str| {
        #[expect(clippy::expect_used, reason = "the rules below are constants, and a test compiles each of them")]
        Pattern::new(source, true).expect("a built-in rule is a regular expression")
    };
    Rules {
        positive: languages.iter().copied().flatten().map(compile).collect(),
        negative: negative.iter().map(compile).collect(),
    }
}

const OPT_OUT_EN: &[&str] = &[
    r"^((ok(ay)?|hi|hello|hey|no|and|so|just|please|pls|kindly),? )*(stop|unsubscribe|opt[ -]?out|remove( me)?|stop (it|this|that|now|all|messaging|spamming|texting))(,? (please|pls|it|this|now|all|thanks|thank you|immediately))*$",
    r"\b(unsubscribe|un-subscribe) (me|us|from|this)\b",
    r"\b(please|to|i|can you|kindly) unsubscribe\b",
    r"\b(stop|quit|cease) (messaging|contacting|texting|e-?mailing|spamming|bothering|harassing|pinging|dm'?ing|stalking) (me|us|people)\b",
    r"\bstop (sending|writing)( to)? (me|us|these|those|this|any|more|messages|e-?mails|your|such)\b",
    r"\bstop (all )?(these|the|your|those) (messages|e-?mails|texts|dms|spam)\b",
    r"\b(remove|delete|erase|take|drop|scrub) (me|us|my (name|contact|number|phone|e-?mail|details|profile|data|information|address)|our (details|data|name))\b.*\b(from|off|out)\b",
    r"\b(delete|erase|remove) (all )?my (data|number|details|information|contact( details)?|personal data|e-?mail)\b",
    r"\b(do not|don't|dont|never|not to) (ever )?(contact|message|text|e-?mail|dm|write|write to|call|bother|reach out to|approach) (me|us)( on here)? (again|any ?more|any longer|ever|in (the )?future|further)\b",
    r"\b(do not|don't|dont|never) (ever )?(contact|message|text|e-?mail|dm|bother) (me|us)(,? (please|thanks|thank you))?$",
    r"\b(do not|don't|dont) (contact|message|text|e-?mail|write)( to)?( me| us)? (again|any ?more)\b",
    r"\bno (more|further) (messages|contact|e-?mails|texts|communications?|outreach|dms)\b",
    r"\b(want|wish|like|asking|prefer|ask|asked|please|going|me) (to )?(be )?opt(ed)?[ -]?(me |us )?out\b",
    r"\bopt (me|us) out\b",
    r"\b(wish|want|like|prefer) not to be (contacted|messaged|e-?mailed)\b",
    r"\b(do not|don't|dont|no longer) (want|wish) (to )?(be contacted|receive|hear from you|get)( any)?( (more|further|these|your|such))?( (messages|e-?mails|texts|again|any ?more))?\b",
    r"\b(leave me alone|leave us alone|lose my (number|contact|e-?mail)|cease and desist)\b",
    r"\b(withdraw|revoke) my consent\b",
    r"\breport(ing|ed)? (you|this|it)( \w+)? (as|for) (spam|harassment)\b",
    r"^(this is |it's )?spam$",
];

const OPT_OUT_FR: &[&str] = &[
    r"^((bonjour|merci|svp|s'il vous pla[iî]t|non),? )*(stop|d[ée]sabonner|d[ée]sabonnement|d[ée]sinscription|d[ée]sinscrire|arr[êe]tez|arr[êe]te)(,? (svp|merci|s'il vous pla[iî]t|s'il te pla[iî]t|tout))*$",
    r"\bne (plus|pas) (me|nous|m'|nous )\s?(re)?(contacter|[ée]crire|solliciter|relancer|envoyer|d[ée]ranger|importuner|d[ée]marcher)\b",
    r"\bne (me|nous) (contactez|contacte|[ée]crivez|[ée]cris|sollicitez|sollicite|envoyez|envoie|relancez|relance|d[ée]rangez|recontactez) plus\b",
    r"\bne m'([ée]crivez|[ée]cris|envoyez|envoie|appelez|importunez) plus\b",
    r"\b(arr[êe]tez|arr[êe]te|arr[êe]ter|cessez|cesse|cesser|stopper|stoppez) (de (me|nous|m'|vos)|d'([ée]crire|envoyer)|vos messages|ces messages|de vous)",
    r"\b(retirez|supprimez|enlevez|d[ée]sinscrivez|d[ée]sabonnez|effacez|rayez|retire|supprime|enl[èe]ve)[- ](moi|nous)\b",
    r"\b(retire[rz]|supprime[rz]|enleve[rz]|efface[rz]) (toutes )?(mon|mes) (nom|num[ée]ro|coordonn[ée]es|contact|donn[ée]es|adresse|profil|mail)\b",
    r"\bme (d[ée]sinscrire|d[ée]sabonner|retirer de|supprimer de|enlever de)\b",
    r"\b(laissez|laisse|foutez|fichez)[- ](moi|nous) (tranquille|en paix|la paix)\b",
    r"\bne (souhaite|veux|d[ée]sire|souhaitons|voulons) (plus|pas) (recevoir|[êe]tre (re)?(contact|sollicit|d[ée]march|relanc))",
    r"\b(plus (aucun|de) (message|mail|sollicitation|relance)s?)\b.*\b(svp|merci|s'il)\b",
];

const OPT_OUT_DE: &[&str] = &[
    r"^((hallo|bitte|nein|danke),? )*(stopp?|abmelden|abbestellen|austragen|aufh[öo]ren)(,? (bitte|danke|sofort))*$",
    r"\b(nicht mehr|nie wieder|nie mehr|nicht wieder|nicht weiter|nicht l[äa]nger) (zu )?(kontaktieren|anschreiben|schreiben|anzuschreiben|bel[äa]stigen|kontaktiert|angeschrieben|bel[äa]stigt)\b",
    r"\b(kontaktier\w*|schreib\w*|bel[äa]stig\w*) (sie |ihr )?(mich|mir|uns)( bitte)? (nicht mehr|nie wieder|nie mehr|nicht wieder|nicht weiter)\b",
    r"\bkeine (weiteren?|mehr) (nachrichten|mails|e-?mails|anfragen|kontaktaufnahmen?|werbung|kontaktversuche)\b",
    r"\bkeine (nachrichten|mails|e-?mails|anfragen|werbung)( von (ihnen|dir|euch))? mehr\b",
    r"\b(nehmen|nimm|nehmt|streichen|streiche|streicht) (sie )?(bitte )?(mich|uns) (bitte )?(von|aus|vom)\b",
    r"\b(l[öo]sch\w*|entfern\w*|streich\w*) (sie )?(bitte )?(mich|uns|alle meine daten|meine (daten|nummer|telefonnummer|kontaktdaten|adresse|e-?mail\w*))\b",
    r"\bmeine (daten|nummer|kontaktdaten)\b.*\b(l[öo]schen|entfernen)\b",
    r"\b(von|aus) (der|ihrer|deiner|eurer|ihrem|dem) (liste|verteiler)\b.*\b(nehmen|streichen|l[öo]schen|entfernen|austragen)\b",
    r"\bh[öo]r(en|t)? (sie )?(bitte )?auf,? (mir|mich|uns)\b",
    r"\b(lassen|lass|lasst) (sie )?(mich|uns) (bitte )?in ruhe\b",
    r"\b(melden|meldet|tragen|tragt) (sie )?mich (bitte )?(ab|aus)\b",
    r"\b(m[öo]chte|will) mich (bitte )?(abmelden|austragen)\b",
    r"\bwiderspreche (hiermit )?(der|jeder|einer|ihrer) (nutzung|verarbeitung|kontaktaufnahme|weiteren)\b",
];

const OPT_OUT_ES: &[&str] = &[
    r"^((hola|por favor|no|gracias),? )*(baja|dar(me)? de baja|deme de baja|stop|cancelar suscripci[óo]n|basta)(,? (por favor|gracias|ya))*$",
    r"\bno (me|nos) (escrib\w+|contact\w+|env[íi]\w+|mand\w+|llam\w+|molest\w+) (m[áa]s|nunca m[áa]s|de nuevo|otra vez|nunca)\b",
    r"\bno (vuelvas?|vuelvan|vuelv[áa]is) a (escribir|contactar|llamar|molestar|enviar|mandar)(me|nos)\b",
    r"\b(deja|deje|dejen|dejad|para|pare|paren) de (escribir|contactar|enviar|mandar|molestar|acosar|llamar)(me|nos)\b",
    r"\b(elim[íi]n[ae]|b[óo]rr[ae]|qu[íi]t[ae]|s[áa]c[ae]|s[áa]que|ret[íi]r[ae])n?(me|nos)\b.*\b(lista|base|aqu[íi]|contactos|datos)\b",
    r"\b(elimin[ae]r?|borr[ae]r?|elimine[ns]?|borre[ns]?) (todos )?(mis datos|mi (n[úu]mero|contacto|correo|tel[ée]fono|informaci[óo]n))\b",
    r"\b(darme|dame|deme|d[ée]me|denme|d[ée]nme|dadme|darnos) de baja\b",
    r"\bno (quiero|deseo|queremos) (recibir )?m[áa]s (mensajes|correos|e-?mails|comunicaciones)\b",
    r"\bno (quiero|deseo|queremos) (que (me|nos) (contact|escrib|llam)\w+|ser contactad[oa]s?|recibir (tus|sus|estos|vuestros|ning[úu]n|mensajes|correos))",
    r"\b(d[ée]j[ae]n?(me|nos)|dejadme) en paz\b",
];

const OPT_OUT_IT: &[&str] = &[
    r"^((ciao|salve|buongiorno|per favore|no|grazie),? )*(stop|basta|cancellami|disiscrivimi|disiscrizione|cancellazione)(,? (per favore|grazie|subito))*$",
    r"\bnon (mi|ci) (scriv|contatt|invi|mand|disturb|cerc)\w+ (pi[ùu]|mai pi[ùu]|ancora)\b",
    r"\bnon (scriver|contattar|inviar|mandar|disturbar|cercar)(mi|ci|temi) (pi[ùu]|mai pi[ùu]|ancora)\b",
    r"\bnon (scrivete|contattate|inviate|mandate|disturbate)(mi|ci) (pi[ùu]|mai pi[ùu])\b",
    r"\b(smett\w+|smettila|finiscila|piantala) di (scriver|contattar|inviar|mandar|disturbar)(mi|ci)\b",
    r"\b(rimuov|cancell|elimin|togli|tolga|depenn)\w*(mi|temi|teci)?\b.*\b(dalla|dalle|dai|dal|da questa|dalla vostra) (\w+ )?(lista|liste|elenco|mailing|contatti|database|rubrica)\b",
    r"\b(cancell|elimin|rimuov)\w+ (tutti )?(i miei dati|il mio (numero|contatto|nome|indirizzo|profilo))\b",
    r"\b(disiscriver|cancellar)(mi|ci)\b",
    r"\bnon (voglio|desidero|vogliamo) (pi[ùu] )?(ricevere|essere (pi[ùu] )?(ri)?contattat[oaie])\b",
    r"\b(lasciami|lasciatemi|mi lasci|lasciateci) (in pace|stare)\b",
];

const OPT_OUT_PT: &[&str] = &[
    r"^((ol[áa]|oi|por favor|n[ãa]o|obrigad[oa]),? )*(stop|pare|parar|sair|descadastrar|remover|cancelar inscri[çc][ãa]o)(,? (por favor|obrigad[oa]|j[áa]))*$",
    r"\bn[ãa]o (me|nos) (escrev|contat|contact|mand|envi|cham|lig|perturb|incomod)\w+ (mais|novamente|de novo|nunca mais)\b",
    r"\bn[ãa]o (escreva|contate|contacte|mande|envie|perturbe|incomode)m?-(me|nos) mais\b",
    r"\bn[ãa]o (quero|desejo|gostaria de|queremos) (mais )?(receber|ser contac?tad[oa])",
    r"\b(pare|parem|para|deixe|deixem) de (me |nos )?(mandar|enviar|escrever|contac?tar|perturbar|incomodar|spammar)(-me|-nos)?\b",
    r"\b(remov|retir|tir|exclu|elimin|apagu?)\w+[- ](me|nos)\b.*\b(lista|base|contatos|contactos|cadastro|daqui)\b",
    r"\bme (remov|retir|tir|exclu)\w+ (da|de|desta|dessa)\b",
    r"\b(remov|exclu|elimin|apagu?)\w+ (todos )?(os )?(meus dados|(o )?meu (n[úu]mero|contac?to|e-?mail|nome))\b",
    r"\b(me descadastr\w+|quero (sair|me descadastrar)|sair (da|desta|dessa) lista)\b",
    r"\b(deixe-me|deixem-me|me deixe|me deixa|me deixem) em paz\b",
];

const OPT_OUT_NL: &[&str] = &[
    r"^((hallo|hoi|nee|aub|alsjeblieft),? )*(stop|afmelden|uitschrijven|stoppen)(,? (aub|a\.u\.b|svp|alsjeblieft|alstublieft|graag|bedankt|nu|hiermee))*$",
    r"\b(stuur|stuurt|schrijf|mail|app|benader|contacteer|bel|bericht|val) (mij|me|ons) (aub |svp |alsjeblieft |alstublieft |a\.u\.b )?(niet|nooit|geen (berichten|mails|e-?mails|appjes)) (meer|lastig)\b",
    r"\bgeen (verdere )?(berichten|mails|e-?mails|contact|appjes) meer\b",
    r"\b(verwijder|haal|schrap|wis) (mij|me|ons|mijn (gegevens|nummer|naam|data|contactgegevens|e-?mail\w*))\b",
    r"\b(schrijf|meld) (mij|me|ons) (aub |svp |alsjeblieft )?(uit|af)\b",
    r"\b(mij|me) (graag )?(uitschrijven|afmelden)\b",
    r"\bneem (aub |svp |alsjeblieft )?(geen|nooit) contact meer\b",
    r"\b(hou|houd|stop) (eens )?(op )?met (het )?(mij |me |ons )?(te )?(berichten|mailen|schrijven|sturen|appen|benaderen|lastigvallen|contacteren|spammen|contact)\b",
    r"\b(niet|nooit) meer (benaderd|gecontacteerd|gemaild|lastiggevallen|gebeld)\b",
    r"\blaat (mij|me|ons) met rust\b",
];

/// What speaks of opting out without doing it.
const OPT_OUT_NOT: &[&str] = &[
    r"\b(don't|do not|didn't|did not|never|not) (want|mean|ask|asked|need|wish|intend|going)( you)? to (stop|unsubscribe|opt[ -]?out|be removed|remove)\b",
    r"\b(opt[ -]?out|unsubscribe) (rate|rates|link|page|button|flow|form|clause)\b",
    r"\b(our|my) (customers|users|clients|leads|readers|subscribers)\b",
    r"\buntil (monday|tuesday|wednesday|thursday|friday|saturday|sunday|next|the|january|february|march|april|may|june|july|august|september|october|november|december|\d)",
];

const AWAY_EN: &[&str] = &[
    r"^(i'm |i am )?(back|returning)( in (the )?office| at work| at my desk)? (on |from )?(the )?(\w+,? )?(\d|(january|february|march|april|june|july|august|september|october|november|december) \d)",
    r"^(auto(matic|mated)?[- :]*)?out[ -]of[ -](the[ -])?office( (auto(matic|mated)?[- ]?)?(reply|message|response|notice))?\b",
    r"\b(am|i'm|im|will be|i'll be|currently|is|be|are) (\w+ )?out[ -]of[ -](the[ -])?office\b",
    r"^(this is an |re: |subject: )*auto(matic|mated)?[- ]?(reply|response|answer|message)\b",
    r"\b(i am|i'm|im|i will be|i'll be|currently) (currently |now |still |presently )?(away|on) (from (the office|my desk|work)|(my |an? |our )?(\w+ )?(leave|vacation|holidays?|pto|sabbatical|business trip|honeymoon)|until|till|this week|the (whole )?week|from \d)",
    r"\bon (annual|parental|maternity|paternity|sick|medical|family|bereavement) leave\b",
    r"\b(no|limited|intermittent|little) access to (my )?(e-?mails?|messages|internet|linkedin)\b",
    r"\b(i will|i'll|will) (be back|return|be returning|be in the office again) (in the office |to the office |at work |to work |at my desk )?(on|in|by|after|from)\b",
    r"\b(back|return(ing)?) (in|to|at) (the office|work) (on|in|by|after|from)\b",
    r"\b(reply|respond|get back to you|answer)\b.* (when i (return|get back|am back|'m back)|once i('m| am) back|(up)?on my return|after my (return|leave|vacation|holidays?))\b",
    r"\booo (until|till|from|through|this|next|today|tomorrow|-)",
];

const AWAY_FR: &[&str] = &[
    r"\bde retour( au bureau)? (le|d[èe]s le|[àa] partir du|[àa] compter du) (\w+ )?\d",
    r"\b(je suis|je serai|suis|serai|actuellement|serais) (actuellement |pr[ée]sentement )?(absente?|hors du bureau|en (cong[ée]s?|vacances|d[ée]placement|arr[êe]t|rtt))\b",
    r"^(r[ée]ponse|message|courriel|r[ée]pondeur)( d'absence)? automatique\b",
    r"\babsente?s? (du bureau|jusqu|du \d|pour cong)",
    r"\b(message|notification) d'absence\b",
    r"\b(je serai|serai|je suis) de retour (le|lundi|mardi|mercredi|jeudi|vendredi|au bureau|[àa] partir|en|d[èe]s)\b",
    r"\b(en cong[ée]) (maternit[ée]|parental|paternit[ée]|maladie|annuel)\b",
];

const AWAY_DE: &[&str] = &[
    r"\b(wieder|zur[üu]ck)( im b[üu]ro| im haus| erreichbar| f[üu]r sie da)?,? (am|ab)( dem)? (\w+,? (den )?)?\d",
    r"\b(bin|befinde mich|werde) (ich )?(mich )?(\w+ ){0,4}(nicht (im b[üu]ro|im haus|erreichbar|am arbeitsplatz|im dienst)|abwesend|(im|in) (\w+ )?(urlaub|elternzeit|mutterschutz)|au(ß|ss)er haus|verreist|auf dienstreise)\b",
    r"\b(bin|befinde) (ich )?(mich )?bis (\S+ ){1,4}(nicht (im b[üu]ro|im haus|erreichbar)|abwesend|(im|in) urlaub)",
    r"\babwesenheits(notiz|nachricht|assistent|meldung|hinweis)\b",
    r"^(dies ist eine |das ist eine )?automati(sche|sierte) (antwort|nachricht|abwesenheit\w*|r[üu]ckmeldung)\b",
    r"\b(bin ich|ich bin) (ab|am) (\S+ ){1,5}(wieder|zur[üu]ck)",
    r"\b(ab|am) (dem )?(\S+ ){1,4}bin ich wieder (erreichbar|im b[üu]ro|da|zur[üu]ck|f[üu]r)",
];

const AWAY_ES: &[&str] = &[
    r"\b(vuelvo|regreso|me reincorporo|de vuelta)( a la oficina| al trabajo)? (el|a partir del)( d[íi]a)? (\w+ )?\d",
    r"^fuera de (la )?oficina\b",
    r"\b(estoy|estar[ée]|me encuentro|me encontrar[ée]) (actualmente |ahora |en estos momentos )?(de vacaciones|de baja|de permiso|ausente|de viaje|fuera( de (la )?oficina)?)\b",
    r"^(esta es una |mensaje de )?respuesta autom[áa]tica\b",
    r"\b(volver[ée]|regresar[ée]|estar[ée] de vuelta|me reincorporar[ée]) (a la oficina |al trabajo )?(el|en|a partir)\b",
];

const AWAY_IT: &[&str] = &[
    r"\b(torno|rientro|di ritorno|operativ[oa])( in ufficio| in sede| al lavoro)? (il|dal|l'|dall')( giorno)? ?(\w+ )?\d",
    r"^fuori (ufficio|sede)\b",
    r"\b(sono|sar[òo]|mi trovo) (attualmente |al momento |in questo momento )?(assente|in ferie|in vacanza|in maternit[àa]|in congedo|in malattia|fuori (ufficio|sede|dall'ufficio))\b",
    r"^(questa [èe] una )?(risposta automatica|messaggio automatico)\b",
    r"\b(torner[òo]|rientrer[òo]|sar[òo] di ritorno|sar[òo] di nuovo) (in ufficio |al lavoro |operativ[oa] )?(il|dal|a partire|luned[ìi]|marted[ìi]|mercoled[ìi]|gioved[ìi]|venerd[ìi])",
];

const AWAY_PT: &[&str] = &[
    r"\b(volto|regresso|retorno|de volta)( ao escrit[óo]rio| ao trabalho)? (no dia|dia|a|em) \d",
    r"^fora do escrit[óo]rio\b",
    r"\b(estou|estarei|encontro-me|me encontro) (atualmente |actualmente |no momento )?(de f[ée]rias|em f[ée]rias|ausente|de licen[çc]a|em licen[çc]a|em viagem|fora (do escrit[óo]rio|at[ée]))",
    r"^(esta [ée] uma )?(resposta|mensagem) autom[áa]tica\b",
    r"\b(voltarei|regressarei|retornarei|estarei de volta|regresso|retorno) (ao escrit[óo]rio |ao trabalho )?(no dia|em|a \d|dia|na)\b",
];

const AWAY_NL: &[&str] = &[
    r"\b(terug|weer (aanwezig|bereikbaar|op kantoor))( op kantoor)? (op|vanaf) (\w+ )?\d",
    r"\b(ben|ik ben|ben ik) (\S+ ){0,5}(afwezig|niet op kantoor|niet aanwezig|(met|op) (vakantie|verlof|zwangerschapsverlof)|buiten kantoor|met ziekteverlof)\b",
    r"\bafwezigheids(bericht|assistent|melding)\b",
    r"^(dit is een )?automatisch (antwoord|bericht|gegenereerd)\b",
    r"\b(vanaf|op) (\S+ ){1,4}(ben ik )?(weer|terug) (op kantoor|bereikbaar|aanwezig)\b",
    r"\bben (ik )?(weer|terug) (op kantoor|bereikbaar|aanwezig)\b",
];

/// What speaks of an absence that is over, or of somebody else's.
const AWAY_NOT: &[&str] = &[
    r"\b(was|were|been|just back|got back|came back) (\w+ )?(on|away|out|from)\b",
    r"\b(are you|is (he|she|it)|if you('re| are)|when you('re| are)|you are|hope you)\b",
    r"\b([ée]tais|[ée]tait|étions|ai [ée]t[ée])\b",
    r"\b(war|waren|gewesen|bist du|sind sie)\b",
    r"\b(estuve|estaba|he estado|acabo de volver)\b",
    r"\b(ero|sono stat[oa]|sono tornat[oa])\b",
    r"\b(estive|estava)\b",
    r"\b(geweest|was ik|ik was)\b",
];
