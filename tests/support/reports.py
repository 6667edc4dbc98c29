"""Reports in many scripts, written for these tests: one text, the same text edited by another desk, the same event told
independently, and pages made from one template whose facts differ."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reports:
    """What was written in one language."""

    report: str
    edited: str
    """The same text: reworded, shortened, as an editor would."""
    independent: str
    """Another reporter's text on the same event."""
    pages: tuple[str, str]
    """Two pages of one template."""


ENGLISH = Reports(
    report="""The harbour at Skarvik was closed on Tuesday after the ferry Nordlys struck the breakwater in thick fog with 214 people
on board. Nobody was seriously hurt, but 17 passengers were treated for cuts and bruises, the port authority said. Captain Ingrid
Solheim told reporters that the radar had failed minutes before the collision. Divers found a gash nine metres long below the
waterline, and tugs held the vessel against the quay while pumps kept her afloat. The operator, Fjordline, cancelled all crossings to
Brevoy until Friday. Inspectors from the Maritime Directorate have taken the ship's recorder to Bergen and expect to publish first
findings within two weeks. It is the third accident on the route since 2019.""",
    edited="""Skarvik's harbour was shut on Tuesday when the ferry Nordlys hit the breakwater in dense fog with 214 people aboard. No one
was badly hurt, though 17 passengers were treated for cuts and bruises, according to the port authority. Captain Ingrid Solheim said
that the radar had failed just minutes before the collision. Divers discovered a gash nine metres long below the waterline, and
tugs held the ship against the quay while pumps kept her afloat. Operator Fjordline has cancelled all crossings to Brevoy until
Friday. Inspectors of the Maritime Directorate took the recorder to Bergen and expect to publish their first findings within two
weeks. The accident is the third on the route since 2019.""",
    independent="""For Kari Moen the crossing to Brevoy began like any other: coffee, a window seat, a crossword. Then, she says, came a noise
like a falling bookshelf. She was one of 214 people on the Nordlys when the ferry ran into the wall at Skarvik on Tuesday. "We
stood in our life jackets and sang so that the children would not be afraid," she recalls. Volunteers from the sailing club brought
blankets; the school gym was opened as a shelter. Mayor Anders Lie wants to know why ships still leave in such weather. Fjordline
has had trouble before, and some islanders are asking for a bridge. The captain, they add, was calm throughout and the last to leave.""",
    pages=(
        """Roadworks in Ashford: what drivers need to know. Drivers in Ashford face delays from Monday as work begins on Mill Lane.
The road will be closed between 9.30am and 4pm for 12 days while a water main is replaced. A signed diversion will be in place by way of
Station Road and Castle Street. Buses on routes 14 and 27 will not stop outside the library. Councillor Jane Pruett thanked residents
for their patience and said that access for the emergency services would be kept open at all times.""",
        """Roadworks in Thirsk: what drivers need to know. Drivers in Thirsk face delays from Wednesday as work begins on Abbey Hill.
The road will be closed between 8.15am and 3pm for 20 days while a water main is replaced. A signed diversion will be in place by way of
Long Street and Kirkgate Road. Buses on routes 70 and 153 will not stop outside the library. Councillor Oliver Hale thanked residents
for their patience and said that access for the emergency services would be kept open at all times.""",
    ),
)

GERMAN = Reports(
    report="""Der Stadtrat von Brückenau hat am Donnerstag den Haushalt für das kommende Jahr beschlossen. Nach einer Debatte von fast vier
Stunden stimmten 39 Abgeordnete für den Entwurf der Verwaltung, 26 votierten dagegen. Kämmerer Klaus Brenner sprach von einem
Kompromiss, der allen Seiten Opfer abverlange. Die Opposition warf der Koalition vor, bei Schulen und Krankenhäusern zu sparen und
gleichzeitig neue Schulden in Höhe von 49 Millionen Euro aufzunehmen. Jonas Reuter, der die Linken im Rat anführt, nannte den Etat ein
Zeugnis der Ratlosigkeit. Ökonomen des Instituts in Kiel hatten zuvor gewarnt, dass die Zinsen schneller steigen könnten als
erwartet. Vor dem Rathaus demonstrierten am Abend rund 3000 Menschen gegen die Kürzungen.""",
    edited="""Den Haushalt für das kommende Jahr hat der Stadtrat von Brückenau am Donnerstag verabschiedet. Nach einer knapp vierstündigen
Debatte stimmten 39 Abgeordnete für den Entwurf der Verwaltung, 26 waren dagegen. Kämmerer Klaus Brenner sprach von einem Kompromiss,
der allen Seiten Opfer abverlange. Die Opposition warf der Koalition vor, bei Schulen und Kliniken zu sparen und zugleich neue
Schulden in Höhe von 49 Millionen Euro aufzunehmen. Jonas Reuter, Chef der Linken im Rat, nannte den Etat ein Zeugnis der
Ratlosigkeit. Ökonomen des Instituts in Kiel hatten gewarnt, dass die Zinsen schneller steigen könnten als erwartet. Am Abend
demonstrierten vor dem Rathaus rund 3000 Menschen gegen die Kürzungen.""",
    independent="""Kurz vor Mitternacht wird es noch einmal laut im Sitzungssaal. Eine Mutter von drei Kindern ruft von der Empore, man möge ihr
erklären, wo sie im nächsten Jahr Schwimmunterricht finden solle. Brückenau spart, und zwar dort, wo es weh tut: Das Freibad bleibt
zu, zwei Büchereien verlieren ihre Öffnungszeiten am Samstag. Bürgermeisterin Hanna Vogt verteidigt die Entscheidung. Ohne neue
Kredite gehe es nicht, sagt sie, und zeigt auf eine Kurve, die seit 2021 nur nach unten weist. Kämmerer Brenner schweigt dazu. In
der Stadt sammeln Eltern nun Unterschriften; bis zum Frühling brauchen sie 5000.""",
    pages=(
        """Am Montag gegen 14.30 Uhr kam es auf der Bahnhofstraße in Lindau zu einem Verkehrsunfall. Ein 34-jähriger Fahrer aus Wangen
übersah beim Abbiegen ein entgegenkommendes Fahrzeug. Beide Fahrzeuge wurden beim Zusammenstoß schwer beschädigt und mussten
abgeschleppt werden. Die Höhe des Schadens beträgt nach Angaben der Polizei rund 18000 Euro. Verletzt wurde niemand. Die Straße war
für die Dauer der Bergung gesperrt. Hinweise nimmt die Polizei in Lindau unter der Telefonnummer 08382 9100 entgegen.""",
        """Am Freitag gegen 7.45 Uhr kam es auf der Gartenstraße in Husum zu einem Verkehrsunfall. Ein 61-jähriger Fahrer aus Tönning
übersah beim Abbiegen ein entgegenkommendes Fahrzeug. Beide Fahrzeuge wurden beim Zusammenstoß schwer beschädigt und mussten
abgeschleppt werden. Die Höhe des Schadens beträgt nach Angaben der Polizei rund 7500 Euro. Verletzt wurde niemand. Die Straße war
für die Dauer der Bergung gesperrt. Hinweise nimmt die Polizei in Husum unter der Telefonnummer 04841 8300 entgegen.""",
    ),
)

ARABIC = Reports(
    report="""أعلنت وزارة الصحة يوم الثلاثاء افتتاح مستشفى جديد في مدينة المنارة بعد أعمال بناء استمرت ٤ سنوات وبلغت تكلفتها ٨٥ مليون
دينار. ويضم المستشفى ٣٢٠ سريرا وقسما لجراحة القلب، وسيعمل فيه نحو ٩٠٠ طبيب وممرض. وقال الوزير سامي الحداد إن المشروع سينهي معاناة
سكان الجنوب الذين كانوا يسافرون مئات الكيلومترات للعلاج. وأضاف أن الوزارة تخطط لبناء مركزين آخرين قبل نهاية عام ٢٠٢٧. وانتقد نواب
في البرلمان تأخر المشروع عامين عن موعده، وطالبوا بكشف أسباب ارتفاع التكلفة. وتظاهر عشرات العمال أمام المبنى مطالبين بأجور متأخرة منذ
ثلاثة أشهر.""",
    edited="""أعلنت وزارة الصحة الثلاثاء افتتاح مستشفى جديد بمدينة المنارة بعد أعمال بناء استمرت 4 سنوات وبلغت تكلفتها 85 مليون دينار. ويضم
المستشفى 320 سريرا وقسما لجراحة القلب، ويعمل فيه نحو 900 طبيب وممرض. وقال الوزير سامي الحداد ان المشروع سينهي معاناة أهالي الجنوب
الذين كانوا يسافرون مئات الكيلومترات للعلاج، مضيفا أن الوزارة تخطط لبناء مركزين آخرين قبل نهاية عام 2027. وانتقد نواب في البرلمان تأخر
المشروع عامين عن موعده وطالبوا بكشف أسباب ارتفاع التكلفة. كما تظاهر عشرات العمال أمام المبنى للمطالبة بأجور متأخرة منذ ثلاثة أشهر.""",
    independent="""لم تنم أم يوسف ليلة الافتتاح. فالمرأة التي فقدت زوجها قبل عامين في سيارة إسعاف على الطريق الصحراوي وقفت عند الفجر أمام بوابة
المستشفى في المنارة تحمل صورته. تقول إن أحدا لن يعيده، لكن أحفادها لن يموتوا في الطريق. داخل المبنى رائحة الطلاء، وممرات طويلة ما زالت
بلا لافتات. الطبيبة ليلى منصور عادت من الخارج لتعمل هنا، وتعترف بأن نصف الأجهزة لم يصل بعد. في المقهى المقابل يضحك العمال بمرارة: بنيناه
ولم نقبض أجورنا.""",
    pages=(
        """أغلق مؤشر سوق المال جلسة الأحد على ارتفاع بنسبة 0.8 في المئة ليصل إلى 7215 نقطة. وبلغت قيمة التداولات 143 مليون دينار من خلال 5210
صفقات. وارتفعت أسهم 41 شركة فيما تراجعت أسهم 18 شركة. وتصدر قطاع المصارف قائمة القطاعات الأكثر ارتفاعا، في حين جاء قطاع العقارات في صدارة
القطاعات المتراجعة. وقال محللون إن المستثمرين يترقبون إعلان نتائج الشركات عن الربع الحالي.""",
        """أغلق مؤشر سوق المال جلسة الأربعاء على ارتفاع بنسبة 0.3 في المئة ليصل إلى 7388 نقطة. وبلغت قيمة التداولات 97 مليون دينار من خلال 3984
صفقات. وارتفعت أسهم 29 شركة فيما تراجعت أسهم 33 شركة. وتصدر قطاع الاتصالات قائمة القطاعات الأكثر ارتفاعا، في حين جاء قطاع التأمين في صدارة
القطاعات المتراجعة. وقال محللون إن المستثمرين يترقبون إعلان نتائج الشركات عن الربع الحالي.""",
    ),
)

HEBREW = Reports(
    report="""עיריית נווה ים אישרה ביום שלישי את הקמת הרכבת הקלה לאורך קו החוף, פרויקט שעלותו 2.4 מיליארד שקל. בישיבה שנמשכה עד חצות הצביעו
19 חברי מועצה בעד ו-12 נגד. ראש העירייה דנה כרמלי אמרה שהקו יקצר את הנסיעה למרכז ל-25 דקות ויסיע 60 אלף נוסעים ביום. התושבים בשכונות
הדרומיות מתנגדים לתוואי, שעובר לדבריהם במרחק של 8 מטרים מבתיהם, והודיעו שיעתרו לבית המשפט. העבודות אמורות להתחיל במרץ ולהימשך שש
שנים. משרד התחבורה התחייב לממן 70 אחוז מהסכום.""",
    edited="""הקמת הרכבת הקלה לאורך קו החוף אושרה ביום שלישי בעיריית נווה ים. עלות הפרויקט היא 2.4 מיליארד שקל. בישיבה שנמשכה עד חצות הצביעו 19
חברי מועצה בעד ו-12 נגד. לדברי ראש העירייה דנה כרמלי הקו יקצר את הנסיעה למרכז ל-25 דקות ויסיע 60 אלף נוסעים מדי יום. תושבים בשכונות
הדרומיות מתנגדים לתוואי, שעובר לטענתם במרחק של 8 מטרים מבתיהם, והודיעו כי יעתרו לבית המשפט. העבודות אמורות להתחיל במרץ ולהימשך שש
שנים, ומשרד התחבורה התחייב לממן 70 אחוז מהסכום.""",
    independent="""שמונה צעדים. כך מודד יעקב בן דוד, בן 81, את המרחק בין מרפסתו לבין המקום שבו תעבור הרכבת. הוא גר בנווה ים מאז שהגיע לארץ, ומעולם
לא השתתף בהפגנה. השבוע עמד עם שלט מחוץ לבניין המועצה עד אחרי חצות. מולו עמדו סטודנטים שנמאס להם לחכות לאוטובוס בשמש. גם הם צעקו, גם הם
צודקים, הוא אומר. אדריכלית הקו, מיכל אורן, מבטיחה קיר אקוסטי ועצים. בשכונה כבר אוספים כסף לעורך דין.""",
    pages=(
        """התחזית ליום ראשון בירושלים: היום יהיה מעונן חלקית והטמפרטורות יעלו מעט. בשעות הצהריים יגיעו המעלות ל-27 ובלילה ירדו ל-16. הרוחות
יהיו מערביות במהירות של 20 קילומטרים בשעה, והלחות תעמוד על 55 אחוז. הזריחה בשעה 5:48 והשקיעה בשעה 19:21. גובה הגלים בים יהיה בין 40 ל-80
סנטימטרים. מחר לא צפוי שינוי ניכר במזג האוויר ובהמשך השבוע תחול עלייה נוספת.""",
        """התחזית ליום חמישי בחיפה: היום יהיה מעונן חלקית והטמפרטורות יעלו מעט. בשעות הצהריים יגיעו המעלות ל-31 ובלילה ירדו ל-22. הרוחות
יהיו מערביות במהירות של 35 קילומטרים בשעה, והלחות תעמוד על 70 אחוז. הזריחה בשעה 6:02 והשקיעה בשעה 18:57. גובה הגלים בים יהיה בין 60 ל-120
סנטימטרים. מחר לא צפוי שינוי ניכר במזג האוויר ובהמשך השבוע תחול עלייה נוספת.""",
    ),
)

HINDI = Reports(
    report="""राज्य सरकार ने मंगलवार को सोनपुर में नदी पर नए पुल का उद्घाटन किया, जिसके निर्माण में ६ साल और ४२० करोड़ रुपये लगे। मुख्यमंत्री अनिता वर्मा ने कहा
कि १.८ किलोमीटर लंबे इस पुल से २५ गांवों के दो लाख लोगों को लाभ होगा और शहर तक का सफर ९० मिनट से घटकर १५ मिनट रह जाएगा। विपक्ष के नेता रमेश यादव ने आरोप लगाया
कि लागत तीन बार बढ़ाई गई और ठेके एक ही कंपनी को दिए गए। लोक निर्माण विभाग ने बताया कि पुल पर रात में भारी वाहनों को अनुमति नहीं होगी। २०१८ की बाढ़ में पुराना पुल बह
गया था, जिसके बाद लोग नाव से नदी पार करते थे।""",
    edited="""सोनपुर में नदी पर बने नए पुल का मंगलवार को राज्य सरकार ने उद्घाटन किया। इसके निर्माण में 6 साल और 420 करोड़ रुपये लगे। मुख्यमंत्री अनिता वर्मा ने
कहा कि 1.8 किलोमीटर लंबे पुल से 25 गांवों के दो लाख लोगों को फायदा होगा और शहर तक का सफर 90 मिनट से घटकर 15 मिनट रह जाएगा। विपक्ष के नेता रमेश यादव का आरोप है
कि लागत तीन बार बढ़ाई गई और ठेके एक ही कंपनी को दिए गए। लोक निर्माण विभाग के अनुसार पुल पर रात में भारी वाहनों को अनुमति नहीं होगी। पुराना पुल 2018 की बाढ़ में बह गया
था, जिसके बाद लोग नाव से नदी पार करते थे।""",
    independent="""नाविक मंगल साहनी की नाव आज किनारे बंधी है। छह बरस तक वह सोनपुर के बच्चों को स्कूल और बीमारों को अस्पताल पहुंचाता रहा। अब सामने कंक्रीट का पुल चमक रहा है
और उसकी रोजी का ठिकाना नहीं। वह कहता है कि खुशी भी है और डर भी। गांव की बुजुर्ग फूलमती देवी ने फीता कटने से पहले ही पुल पैदल पार कर लिया था। दुकानदार सड़क किनारे चाय के
ठेले लगाने की तैयारी में हैं। मुख्यमंत्री के भाषण से ज्यादा चर्चा उस टोल की है जिसकी दर अभी तय नहीं हुई।""",
    pages=(
        """जयपुर में आज सोने का भाव 24 कैरेट के लिए 71250 रुपये प्रति दस ग्राम रहा, जबकि 22 कैरेट का भाव 65300 रुपये रहा। चांदी 84100 रुपये प्रति किलो बिकी। कल के मुकाबले सोने
में 320 रुपये की तेजी आई है। सराफा कारोबारियों का कहना है कि शादियों के मौसम में मांग बढ़ने से भाव ऊंचे बने रह सकते हैं। खरीदने से पहले हॉलमार्क की जांच जरूर करें और बिल
लेना न भूलें।""",
        """पटना में आज सोने का भाव 24 कैरेट के लिए 70480 रुपये प्रति दस ग्राम रहा, जबकि 22 कैरेट का भाव 64610 रुपये रहा। चांदी 82900 रुपये प्रति किलो बिकी। कल के मुकाबले सोने
में 150 रुपये की तेजी आई है। सराफा कारोबारियों का कहना है कि शादियों के मौसम में मांग बढ़ने से भाव ऊंचे बने रह सकते हैं। खरीदने से पहले हॉलमार्क की जांच जरूर करें और बिल
लेना न भूलें।""",
    ),
)

THAI = Reports(
    report="""เทศบาลเมืองบางแก้วเปิดตลาดน้ำแห่งใหม่เมื่อวันอังคาร หลังใช้เวลาก่อสร้าง 3 ปีและงบประมาณ 240 ล้านบาท นายกเทศมนตรีสมชาย วงศ์ทองกล่าวว่า
ตลาดมีร้านค้า 180 ร้านและคาดว่าจะดึงนักท่องเที่ยวได้วันละ 5000 คน ชาวบ้านริมคลองร้องเรียนว่าเรือท่องเที่ยวทำให้ตลิ่งพัง และขอให้จำกัดความเร็วไม่เกิน
10 กิโลเมตรต่อชั่วโมง กรมเจ้าท่ารับปากจะส่งเจ้าหน้าที่มาตรวจสอบภายในสองสัปดาห์ โครงการนี้ล่าช้ากว่ากำหนดเพราะน้ำท่วมใหญ่เมื่อปี 2565""",
    edited="""ตลาดน้ำแห่งใหม่ของเทศบาลเมืองบางแก้วเปิดแล้วเมื่อวันอังคาร หลังใช้เวลาก่อสร้าง ๓ ปีและงบประมาณ ๒๔๐ ล้านบาท นายสมชาย วงศ์ทอง นายกเทศมนตรี
กล่าวว่าตลาดมีร้านค้า ๑๘๐ ร้าน คาดว่าจะดึงนักท่องเที่ยวได้วันละ ๕๐๐๐ คน ด้านชาวบ้านริมคลองร้องเรียนว่าเรือท่องเที่ยวทำให้ตลิ่งพัง ขอให้จำกัดความเร็วไม่เกิน
๑๐ กิโลเมตรต่อชั่วโมง กรมเจ้าท่ารับปากว่าจะส่งเจ้าหน้าที่มาตรวจสอบภายในสองสัปดาห์ โครงการล่าช้ากว่ากำหนดเพราะน้ำท่วมใหญ่เมื่อปี ๒๕๖๕""",
    independent="""ป้าละเมียดพายเรือขายก๋วยเตี๋ยวในคลองบางแก้วมาตั้งแต่อายุสิบหก วันนี้เธอได้แผงใหม่ในตลาดที่ปูกระเบื้องสวยงาม แต่กลับบอกว่าคิดถึงเสียงน้ำกระทบเรือ ลูกค้า
รุ่นเก่าหาเธอไม่เจอ ส่วนคนหนุ่มสาวถ่ายรูปแล้วก็เดินจากไป ค่าเช่าเดือนละหลายพันบาททำให้เพื่อนของเธอสามคนตัดสินใจเลิกขาย หลานชายช่วยเปิดเพจขายออนไลน์ เธอหัวเราะแล้วบอกว่า
ชามเดียวก็ส่งถึงกรุงเทพได้""",
    pages=(
        """พยากรณ์อากาศจังหวัดเชียงใหม่ วันนี้ท้องฟ้ามีเมฆบางส่วน อุณหภูมิต่ำสุด 21 องศา อุณหภูมิสูงสุด 33 องศา มีฝนฟ้าคะนองร้อยละ 20 ของพื้นที่ ลมตะวันตกเฉียงใต้
ความเร็ว 15 กิโลเมตรต่อชั่วโมง ความชื้นสัมพัทธ์ร้อยละ 68 พระอาทิตย์ขึ้นเวลา 5.52 น. และตกเวลา 18.47 น. ขอให้ประชาชนดูแลสุขภาพเนื่องจากสภาพอากาศที่เปลี่ยนแปลง""",
        """พยากรณ์อากาศจังหวัดสงขลา วันนี้ท้องฟ้ามีเมฆบางส่วน อุณหภูมิต่ำสุด 25 องศา อุณหภูมิสูงสุด 31 องศา มีฝนฟ้าคะนองร้อยละ 60 ของพื้นที่ ลมตะวันตกเฉียงใต้
ความเร็ว 30 กิโลเมตรต่อชั่วโมง ความชื้นสัมพัทธ์ร้อยละ 85 พระอาทิตย์ขึ้นเวลา 6.04 น. และตกเวลา 18.21 น. ขอให้ประชาชนดูแลสุขภาพเนื่องจากสภาพอากาศที่เปลี่ยนแปลง""",
    ),
)

JAPANESE = Reports(
    report="""北見市は火曜日、老朽化した市民ホールを建て替える計画を正式に決定した。総事業費は約82億円で、2029年春の開館を目指す。新しいホールは1200席の大ホールと300席の小ホールを備え、
カフェや子ども向けのスペースも設ける。市議会では賛成21、反対9で可決された。反対した議員は、人口が減る中で維持費が年間3億円に上ることを問題視した。佐伯市長は「文化の拠点を次の世代に
残す責任がある」と述べた。設計はフランスの建築事務所アトリエ・ルノワールと地元の企業が共同で担当する。""",
    edited="""老朽化した市民ホールの建て替え計画を、北見市が火曜日に正式決定した。総事業費は約82億円。2029年春の開館を目指す。新ホールには1200席の大ホールと300席の小ホールのほか、カフェや
子ども向けのスペースも設けられる。市議会では賛成21、反対9で可決。反対した議員は、人口が減る中で年間3億円に上る維持費を問題視した。佐伯市長は「文化の拠点を次の世代に残す責任がある」と
述べた。設計は地元の企業とフランスの建築事務所アトリエ・ルノワールが共同で担当する。""",
    independent="""四十年にわたり市民ホールの舞台を照らしてきた照明係の小林茂さんは、来年その職場を失う。雨漏りのする天井、冬には息が白くなる楽屋。それでも「ここで育った子が今では東京の
オーケストラで弾いている」と目を細める。北見の建て替え計画には、商店街から期待と不安の声が上がる。駐車場が遠くなれば客足は戻らないという。若い母親たちは遊び場の広さを気にかけている。
市は説明会を六回開くと約束したが、会場はまだ決まっていない。""",
    pages=(
        """気象庁によりますと、3日午前4時12分ごろ、岩手県沖を震源とする地震がありました。震源の深さは約40キロ、地震の規模を示すマグニチュードは5.1と推定されます。この地震で、盛岡市で
震度4を観測したほか、花巻市で震度3を観測しました。この地震による津波の心配はありません。""",
        """気象庁によりますと、19日午後9時35分ごろ、日向灘を震源とする地震がありました。震源の深さは約20キロ、地震の規模を示すマグニチュードは4.6と推定されます。この地震で、宮崎市で
震度3を観測したほか、延岡市で震度2を観測しました。この地震による津波の心配はありません。""",
    ),
)

CHINESE = Reports(
    report="""云州市政府星期二宣布，地铁4号线将于10月1日通车。该线路全长32公里，设24座车站，总投资186亿元，建设历时五年。市交通局局长林志远表示，新线路每天可运送45万名乘客，从机场到市中心的时间将
缩短至28分钟。票价为2元至7元，头一个月实行半价优惠。部分居民担心施工造成的房屋裂缝迟迟没有赔偿，交通局承诺在年底前处理完全部137份申请。专家建议同时调整公交线路，避免重复运营。""",
    edited="""地铁4号线将于10月1日通车，云州市政府星期二宣布。线路全长32公里，共设24座车站，总投资达186亿元，建设历时五年。市交通局局长林志远说，新线每天可运送45万名乘客，机场到市中心的时间将缩短至
28分钟。票价2元至7元，首月实行半价优惠。有居民担心施工造成的房屋裂缝迟迟没有得到赔偿，交通局承诺年底前处理完全部137份申请。专家建议同时调整公交线路，以避免重复运营。""",
    independent="""早上六点，陈阿姨已经在小区门口等了。她想亲眼看看折腾了邻居们五年的那条地铁究竟是什么样子。她家客厅墙上有一道手指宽的裂缝，赔偿申请交了三次，至今没有回音。街对面的面馆老板却乐了，他说工地
围挡拆掉之后，生意一天比一天好。年轻人在网上讨论云州的房价会不会跟着涨。开往机场的试运行列车从地下驶过，桌上的茶杯轻轻晃了一下。""",
    pages=(
        """沪深两市周一小幅上涨。截至收盘，上证指数报3052.17点，上涨0.42%，成交额3816亿元；深证成指报9471.20点，上涨0.65%，成交额4720亿元。盘面上，半导体板块涨幅居前，煤炭板块跌幅居前。两市共有2814只个股上涨，
1903只个股下跌。分析人士认为，市场短期仍将维持震荡格局，投资者应注意控制仓位。""",
        """沪深两市周四小幅上涨。截至收盘，上证指数报3107.64点，上涨0.11%，成交额4255亿元；深证成指报9588.93点，上涨0.23%，成交额5136亿元。盘面上，医药板块涨幅居前，银行板块跌幅居前。两市共有2390只个股上涨，
2266只个股下跌。分析人士认为，市场短期仍将维持震荡格局，投资者应注意控制仓位。""",
    ),
)

KOREAN = Reports(
    report="""해운시는 화요일 노후 여객선 3척을 전기 여객선으로 교체하는 사업을 확정했다고 밝혔다. 사업비는 모두 540억 원이며 2028년까지 단계적으로 투입된다. 새 여객선은 승객 350명과 차량 40대를 태울 수 있고, 섬까지 걸리는
시간은 70분에서 50분으로 줄어든다. 박민서 시장은 주민들의 오랜 숙원이 풀렸다고 말했다. 반면 어민회는 선착장 확장 공사로 양식장 12곳이 피해를 볼 수 있다며 보상을 요구했다. 시는 다음 달 설명회를 열기로 했다.""",
    edited="""노후 여객선 3척을 전기 여객선으로 교체하는 사업이 확정됐다고 해운시가 화요일 밝혔다. 사업비는 총 540억 원으로 2028년까지 단계적으로 투입된다. 새 여객선은 승객 350명과 차량 40대를 태울 수 있으며 섬까지 걸리는 시간은
70분에서 50분으로 줄어든다. 박민서 시장은 주민들의 오랜 숙원이 풀렸다고 말했다. 그러나 어민회는 선착장 확장 공사로 양식장 12곳이 피해를 볼 수 있다면서 보상을 요구했다. 시는 다음 달 설명회를 열 예정이다.""",
    independent="""김순자 할머니는 병원에 가는 날이면 새벽 네 시에 일어난다. 첫 배를 놓치면 하루가 다 가기 때문이다. 삼십 년 된 여객선은 바람만 불어도 멈춘다. 섬의 초등학교에는 이제 학생이 다섯 명뿐이다. 교사 이정훈 씨는 새 배가 다니면
젊은 부부가 돌아올지 모른다고 기대한다. 항구에서 그물을 손질하던 어부는 고개를 저었다. 바다 밑에 무엇을 박을지 아무도 말해 주지 않았다는 것이다. 해운시의 약속을 섬사람들은 아직 반만 믿는다.""",
    pages=(
        """오늘의 환율을 알려 드립니다. 서울 외환시장에서 원달러 환율은 전 거래일보다 4.3원 오른 1382.5원에 거래를 마쳤다. 장중 고가는 1386.1원, 저가는 1377.9원이었다. 원엔 환율은 100엔당 903.4원을 기록했다. 시장 관계자는 미국
금리 결정을 앞두고 관망하는 분위기가 이어졌다고 설명했다. 외국인은 코스피 시장에서 2150억 원어치를 순매수했다.""",
        """오늘의 환율을 알려 드립니다. 서울 외환시장에서 원달러 환율은 전 거래일보다 2.8원 오른 1367.2원에 거래를 마쳤다. 장중 고가는 1371.5원, 저가는 1362.0원이었다. 원엔 환율은 100엔당 895.7원을 기록했다. 시장 관계자는 미국
금리 결정을 앞두고 관망하는 분위기가 이어졌다고 설명했다. 외국인은 코스피 시장에서 980억 원어치를 순매수했다.""",
    ),
)

BY_LANGUAGE = {
    "English": ENGLISH,
    "German": GERMAN,
    "Arabic": ARABIC,
    "Hebrew": HEBREW,
    "Hindi": HINDI,
    "Thai": THAI,
    "Japanese": JAPANESE,
    "Chinese": CHINESE,
    "Korean": KOREAN,
}
