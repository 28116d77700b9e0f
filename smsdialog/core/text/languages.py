"""The words of mail clients and of letter writers, one row per language: data only.

A language is added by a row. Entries are in lower case, without closing punctuation, parted by bars. `sender`,
`date`, `to`, `subject`, `copy` label the header block that Outlook and others put above a quoted mail; `wrote` is the
verb of the line above a quote, and `openers` how that line may begin; `original` and `forwarded` stand between
dashes; `pronouns` tell an author's own sentence from a client's; `signoffs` close a letter, and so do `greetings`
with an adjective (`Med sportslig hilsen`); `behalf` begins a line between those and the name; `thanks` close a letter
in front of a name only; `sent` begins a mobile footer, and `mine` is the word for "my" in it.
"""

from __future__ import annotations

FIELDS = frozenset(
    (
        "sender",
        "date",
        "to",
        "subject",
        "copy",
        "wrote",
        "openers",
        "original",
        "forwarded",
        "pronouns",
        "signoffs",
        "greetings",
        "behalf",
        "thanks",
        "sent",
        "mine",
    )
)


class Language(dict[str, str]):
    """One language's words: field -> entries parted by bars. A bare mapping, as it is made in every run."""


DANISH = Language(
    sender="fra | afsender",
    date="sendt | dato | afsendt",
    to="til | modtager",
    subject="emne | vedr | vedrørende",
    copy="cc | kopi til | kopi",
    wrote="skrev | skrevet | skriver | citat",
    openers="den | d | på",
    original="""
        oprindelig meddelelse | oprindelig besked | oprindelig e-mail | original meddelelse | original besked
    """,
    forwarded="""
        videresendt meddelelse | videresendt besked | videresendt mail | videresendt e-mail
        start på videresendt besked | videresendt besked begynder
    """,
    pronouns="jeg | vi | du | i | han | hun | de | man | hende | ham | os | dem",
    signoffs="""
        med venlig hilsen | venlig hilsen | med venlige hilsner | venlige hilsner | med venlig hilsen og tak
        venligst | med venligst hilsen | de bedste hilsner | bedste hilsner | bedste hilsen | hilsen | hilsner
        mange hilsner | mange hilsener | kærlig hilsen | kærlige hilsner | kærligst | bh | kh | mvh | m.v.h | vh
        v.h | dbh | med hilsen | mange hilsen | de venligste hilsner | med de bedste hilsner
        med de venligste hilsner | varme hilsner | med høflig hilsen | knus | stort knus | p.b.v | på bestyrelsens vegne
        på vegne af bestyrelsen
    """,
    greetings="hilsen | hilsner | hilsener",
    behalf="på vegne af | p.v.a | p.b.v | på bestyrelsens vegne | for",
    thanks="""
        tak | mange tak | tusind tak | på forhånd tak | tak for hjælpen | tak på forhånd | hav en god dag
        på gensyn | hils | god weekend | fortsat god dag | ha' en god dag | rigtig god dag | god dag | kys
    """,
    sent="sendt fra | sendt via | sendt med | hent outlook | få outlook | afsendt fra | hent bluemail",
    mine="min | mit",
)
NORWEGIAN = Language(
    sender="fra | avsender",
    date="sendt | dato",
    to="til | mottaker",
    subject="emne | vedr",
    copy="kopi | kopi til",
    wrote="skrev | skrevet",
    openers="den | på",
    original="opprinnelig melding | original melding | opprinnelig e-post | opprinnelig epost",
    forwarded="videresendt melding | videresendt e-post | start på videresendt melding",
    pronouns="jeg | vi | du | dere | han | hun | de | man | eg | me",
    signoffs="""
        med vennlig hilsen | vennlig hilsen | vennlige hilsener | med vennlige hilsener | med vennleg helsing
        vennleg helsing | beste hilsen | beste hilsener | hilsen | hilsener | mange hilsener | med beste hilsen
        helsing | klem | vennligst hilsen
    """,
    greetings="hilsen | hilsener | helsing | helsingar",
    behalf="på vegne av | for",
    thanks="takk | tusen takk | mange takk | på forhånd takk | takk på forhånd | ha en fin dag",
    sent="sendt fra | skaff deg outlook | last ned outlook | få outlook | hent outlook",
    mine="min | mitt",
)
SWEDISH = Language(
    sender="från | avsändare",
    date="skickat | datum",
    to="till | mottagare",
    subject="ämne | ang | angående",
    copy="kopia | kopia till",
    wrote="skrev | skrivit | citerar | citat",
    openers="den | på",
    original="ursprungligt meddelande | originalmeddelande | ursprungligt mail | ursprungligt mejl",
    forwarded="""
        vidarebefordrat meddelande | vidarebefordrat mejl | vidarebefordrat brev
        början på vidarebefordrat brev
    """,
    pronouns="jag | vi | du | ni | han | hon | de | dom | man",
    signoffs="""
        med vänlig hälsning | vänlig hälsning | vänliga hälsningar | med vänliga hälsningar | hälsningar
        hälsning | med hälsning | bästa hälsningar | bästa hälsning | många hälsningar | varma hälsningar | mvh
        vänligen | hälsar | med bästa hälsningar | kram | kramar
    """,
    greetings="hälsning | hälsningar",
    behalf="på uppdrag av | för | genom",
    thanks="""
        tack | tack så mycket | stort tack | tack på förhand | tusen tack | ha det bra | ha en fin dag
        ha en bra dag | allt gott | trevlig helg
    """,
    sent="skickat från | skickat via | skickades från | hämta outlook | skaffa outlook",
    mine="min | mitt",
)
GERMAN = Language(
    sender="von | absender",
    date="gesendet | datum | gesendet am | date",
    to="an | empfänger",
    subject="betreff | betr",
    copy="kopie",
    wrote="schrieb | schreibt | geschrieben | zitat",
    openers="am | on",
    original="""
        ursprüngliche nachricht | originalnachricht | original-nachricht | ursprüngliche mail
        antwort nachricht | ursprüngliche e-mail | original message
    """,
    forwarded="""
        weitergeleitete nachricht | weitergeleitete mail | weitergeleitete e-mail
        anfang der weitergeleiteten nachricht
    """,
    pronouns="ich | wir | du | ihr | er | sie | es | man | uns | ihnen | dir | mir",
    signoffs="""
        mit freundlichen grüßen | mit freundlichen grüssen | mit freundlichem gruß | mit freundlichem gruss
        freundliche grüße | freundliche grüsse | viele grüße | viele grüsse | liebe grüße | liebe grüsse
        beste grüße | beste grüsse | herzliche grüße | herzliche grüsse | schöne grüße | schöne grüsse
        mit besten grüßen | mit besten grüssen | mit lieben grüßen | gruß | gruss | grüße | grüsse | mfg | lg
        vg | bg | hochachtungsvoll | mit herzlichen grüßen | besten gruß | lieben gruß | schönen gruß
        viele liebe grüße | mit vielen grüßen | sonnige grüße
    """,
    greetings="gruß | gruss | grüße | grüßen | grüsse | grüssen",
    behalf="i.a | i. a | i.v | i. v | im auftrag | im namen",
    thanks="""
        danke | vielen dank | besten dank | herzlichen dank | danke schön | vielen dank im voraus
        danke im voraus
    """,
    sent="""
        von meinem | von meiner | gesendet von | gesendet mit | gesendet aus | gesendet via
        diese nachricht wurde von | holen sie sich outlook | outlook für | laden sie outlook
        diese e-mail wurde von
    """,
    mine="meinem | meiner",
)
ENGLISH = Language(
    sender="from",
    date="sent | date | sent on | sent at",
    to="to",
    subject="subject | re",
    copy="cc | bcc | reply-to | importance | attachments",
    wrote="wrote | writes | written | said | sent | quoting",
    openers="on | at",
    original="""
        original message | original email | original mail | original appointment | reply message
        previous message | reply above this line | original e-mail
    """,
    forwarded="""
        forwarded message | begin forwarded message | forwarded email | forwarded mail | forwarded by
        original message follows
    """,
    pronouns="i | we | you | he | she | they | it",
    signoffs="""
        best regards | kind regards | warm regards | regards | best | best wishes | many regards
        with best regards | with kind regards | kindest regards | warmest regards | yours sincerely | sincerely
        yours faithfully | yours truly | yours | sincerely yours | cheers | br | rgds | all the best
        with regards | best regards and thanks | thanks and regards | thanks & regards | thank you and regards
        thanks and best regards | many thanks and kind regards | respectfully | warmly | cordially | xoxo
        thanks & best regards | bests | with best wishes | with warm regards | thank you & regards
        thank you & best regards | best greetings
    """,
    greetings="regards | greetings",
    behalf="on behalf of | p.p | for",
    thanks="""
        thanks | thank you | many thanks | thx | thanks a lot | thanks again | thanks in advance
        thank you very much | thanks so much | thank you in advance | thanks very much | thank you so much
        much appreciated | ty | tia | take care | love | have a great day | have a nice day | greetings
    """,
    sent="""
        get bluemail | sent from | sent via | sent with | sent using | sent by | sent on | sent through
        get outlook | from my | typed on | written on | download outlook | this message was sent from
        this email was sent from | sent while | composed on | sent my
    """,
    mine="my",
)
FRENCH = Language(
    sender="de | expéditeur",
    date="envoyé | date | envoyé le | le",
    to="à | a | pour | destinataire",
    subject="objet | sujet",
    copy="copie | cc",
    wrote="écrit | écrivait | ecrit",
    openers="le | el",
    original="message d'origine | message original | message d’origine | message initial",
    forwarded="""
        message transféré | début du message transféré | message transmis | début du message réexpédié
    """,
    pronouns="je | nous | vous | tu | il | elle | ils | on",
    signoffs="""
        cordialement | bien cordialement | très cordialement | salutations | meilleures salutations
        sincères salutations | bien à vous | amicalement | cdlt | cdt | bien à toi | bises
        salutations distinguées
    """,
    thanks="""
        merci | merci beaucoup | merci d'avance | merci par avance | bonne journée | bonne réception
        belle journée
    """,
    sent="""
        envoyé de | envoyé depuis | envoyé à partir | envoyé avec | téléchargez outlook | télécharger outlook
        obtenir outlook
    """,
    mine="mon | ma",
)
DUTCH = Language(
    sender="van | afzender",
    date="verzonden | datum | verstuurd | datum/tijd",
    to="aan",
    subject="onderwerp",
    copy="cc | kopie",
    wrote="schreef | geschreven",
    openers="op",
    original="oorspronkelijk bericht | origineel bericht | oorspronkelijke bericht",
    forwarded="doorgestuurd bericht | begin doorgestuurd bericht",
    pronouns="ik | wij | we | jij | je | u | hij | zij | ze | jullie",
    signoffs="""
        met vriendelijke groet | met vriendelijke groeten | vriendelijke groet | vriendelijke groeten | groet
        groeten | groetjes | mvg | hartelijke groet | hartelijke groeten | met hartelijke groet | gr | bvd
    """,
    thanks="bedankt | dank je | dank u | alvast bedankt | dank",
    sent="""
        verzonden vanaf | verzonden met | verstuurd vanaf | verstuurd met | verzonden via | outlook voor
        download outlook
    """,
    mine="mijn",
)
SPANISH = Language(
    sender="de",
    date="enviado | fecha | enviado el",
    to="para | a",
    subject="asunto",
    copy="cc",
    wrote="escribió | escribio | escribe",
    openers="el | le",
    original="mensaje original | mensaje anterior",
    forwarded="mensaje reenviado | forwarded message | inicio del mensaje reenviado",
    pronouns="yo | nosotros | usted | él | ella | ellos",
    signoffs="""
        saludos | un saludo | saludos cordiales | cordialmente | atentamente | saludos cordiales y gracias
        un cordial saludo | abrazos
    """,
    thanks="gracias | muchas gracias",
    sent="enviado desde | obtener outlook | enviado con | enviado de",
    mine="mi",
)
PORTUGUESE = Language(
    sender="de",
    date="enviado | data | enviada em | enviado em | enviada",
    to="para",
    subject="assunto",
    copy="cc",
    wrote="escreveu | escreve",
    openers="em | no | a",
    original="mensagem original",
    forwarded="mensagem encaminhada | mensagem reencaminhada",
    pronouns="eu | nós | você | ele | ela | eles",
    signoffs="""
        atenciosamente | cumprimentos | com os melhores cumprimentos | abraços | abraço | saudações
        melhores cumprimentos | att
    """,
    thanks="obrigado | obrigada | muito obrigado",
    sent="enviado do | enviado a partir | enviado de | enviado via | obter o outlook | enviado pelo",
    mine="meu | minha",
)
ITALIAN = Language(
    sender="da | mittente",
    date="inviato | data | inviato il",
    to="a | per",
    subject="oggetto",
    copy="cc",
    wrote="scritto | scrisse | scrive",
    openers="il | in",
    original="messaggio originale | messaggio originario",
    forwarded="messaggio inoltrato | inizio messaggio inoltrato",
    pronouns="io | noi | voi | lui | lei | loro",
    signoffs="cordiali saluti | distinti saluti | saluti | cordialmente | un saluto | un cordiale saluto",
    thanks="grazie | grazie mille | a presto | buona giornata | ciao",
    sent="inviato da | inviato con | inviato dal | scarica outlook | ottieni outlook",
    mine="mio | mia",
)
FINNISH = Language(
    sender="lähettäjä",
    date="lähetetty | päiväys | päivämäärä | pvm",
    to="vastaanottaja | saaja",
    subject="aihe",
    copy="kopio",
    wrote="kirjoitti | kirjoittaa",
    openers="ma | ti | ke | to | pe | la | su",
    original="alkuperäinen viesti",
    forwarded="välitetty viesti | edelleenlähetetty viesti",
    pronouns="minä | me | hän | he | te",
    signoffs="ystävällisin terveisin | terveisin | terveiset | t | yt | parhain terveisin | terv",
    thanks="kiitos | kiitoksia",
    sent="lähetetty | hanki outlook",
)
POLISH = Language(
    sender="od | nadawca",
    date="wysłano | data | data wysłania | wysłane",
    to="do",
    subject="temat",
    copy="dw",
    wrote="napisał | napisała | napisał(a) | pisze",
    openers="w | dnia | dn",
    original="wiadomość oryginalna | oryginalna wiadomość | wiadomość pierwotna",
    forwarded="przekazana wiadomość | treść przekazanej wiadomości",
    signoffs="pozdrawiam | z poważaniem | pozdrowienia | serdecznie pozdrawiam | z pozdrowieniami",
    thanks="dziękuję | dzięki | dziękuje",
    sent="wysłane z | wysłano z | pobierz outlook",
    mine="mojego",
)
RUSSIAN = Language(
    sender="от | от кого | від",
    date="отправлено | дата | надіслано",
    to="кому",
    subject="тема",
    copy="копия | копія",
    wrote="написал | написала | пишет | пише | написав | писал",
    openers="в",
    original="""
        исходное сообщение | оригинальное сообщение | первоначальное сообщение | пересылаемое сообщение
    """,
    forwarded="пересылаемое сообщение | пересланное сообщение | конец пересылаемого сообщения",
    signoffs="с уважением | с наилучшими пожеланиями | всего доброго | з повагою",
    thanks="спасибо | дякую",
    sent="отправлено с | отправлено из | надіслано з",
    mine="моего",
)
CHINESE = Language(
    sender="发件人 | 寄件者 | 差出人 | 보낸 사람",
    date="发送时间 | 日期 | 寄件日期 | 送信日時 | 日時 | 보낸 날짜 | 发送日期",
    to="收件人 | 收件者 | 宛先 | 받는 사람",
    subject="主题 | 主旨 | 件名 | 제목 | 主題",
    copy="抄送 | 副本",
    wrote="写道 | 寫道 | 작성",
    original="原始邮件 | 原始郵件 | 元のメッセージ | 원본 메시지 | 原郵件",
    forwarded="转发的邮件 | 轉寄的郵件 | 転送されたメッセージ",
    sent="发自我的 | 從我的 | 発信元 | 从我的 | iphoneから送信 | 나의",
)

LANGUAGES = (
    DANISH,
    NORWEGIAN,
    SWEDISH,
    GERMAN,
    ENGLISH,
    FRENCH,
    DUTCH,
    SPANISH,
    PORTUGUESE,
    ITALIAN,
    FINNISH,
    POLISH,
    RUSSIAN,
    CHINESE,
)
