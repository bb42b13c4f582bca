// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "simplify/language_data.h"

#include <sstream>
#include <utility>

#include "text/language.h"

namespace waveshift::simplify {
namespace {

// One language as it is written down: words with spaces between them, phrases with '|'.
struct Row {
  const char* language;
  bool has_spaces;
  const char* hesitations;
  const char* fillers;
  const char* never_doubled;
  const char* negations;
  const char* not_negative;
  const char* numbers;  // "two=2 three=3"
  const char* function_words;
};

constexpr Row kRows[] = {
    {"en", true, "um|umm|uh|uhh|uhm|er|erm|hmm|hm|mm|mhm",
     "you know|i mean|you see|well|like|basically|sort of|kind of",
     "the a an i you he she it we they my your his her its our their to of in on at with from for and or but "
     "if is are was were",
     "no|not|never|nobody|nothing|none|nowhere|neither|nor|cannot|without|hardly|barely", "",
     "two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 "
     "fourteen=14 "
     "fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 "
     "sixty=60 "
     "seventy=70 eighty=80 ninety=90 hundred=100 thousand=1000 million=1000000 billion=1000000000",
     "the a an and or but of to in on at for with from by as is are was were be been am do does did have has "
     "had i you he "
     "she it we they me him her us them my your his its our their this that these those what which who when "
     "where how if "
     "then so not no there here will would can could should may might must just very"},
    {"es", true, "eh|ehm|em|mmm|hmm", "este|pues|bueno|o sea|digamos|a ver|ya sabes|sabes",
     "el la los las un una de en con por para y o que yo tú él ella mi tu su me te se lo le es",
     "no|nunca|jamás|nada|nadie|ningún|ninguno|ninguna|tampoco|ni|sin", "",
     "dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10 once=11 doce=12 trece=13 "
     "catorce=14 quince=15 "
     "veinte=20 treinta=30 cuarenta=40 cincuenta=50 sesenta=60 setenta=70 ochenta=80 noventa=90 cien=100 "
     "ciento=100 mil=1000",
     "el la los las un una unos unas de del al en con por para y o pero que es son era fue ser está están "
     "estaba yo tú él ella "
     "nosotros ellos mi tu su me te se lo le nos les este esta esto ese esa eso qué quién cuando donde como "
     "si no muy más ya "
     "hay ha he había porque"},
    {"fr", true, "euh|heu|hum|hmm|mmm", "ben|bah|tu sais|vous savez|tu vois|vous voyez|disons",
     "le la les un une des de du en à au aux et ou mais je tu il elle on ils elles mon ton son ma ta sa que "
     "qui est",
     "ne|n|pas|jamais|rien|personne|aucun|aucune|ni|sans|non|guère", "",
     "deux=2 trois=3 quatre=4 cinq=5 six=6 sept=7 huit=8 neuf=9 dix=10 onze=11 douze=12 treize=13 "
     "quatorze=14 quinze=15 "
     "seize=16 vingt=20 trente=30 quarante=40 cinquante=50 soixante=60 cent=100 mille=1000 million=1000000",
     "le la les l un une des de du d en à au aux et ou mais que qu qui est sont était être ai as a avons "
     "avez ont je j tu il "
     "elle on nous vous ils elles me m te t se s lui leur mon ma mes ton ta tes son sa ses ce cette ces c y "
     "ne n pas plus dans "
     "sur pour par avec sans si où quand comme très tout"},
    {"de", true, "äh|ähm|öh|öhm|hm|hmm", "naja|na ja|weißt du|weisst du|wissen sie|ich meine|sozusagen|gell",
     "der die das ein eine einen dem den des ich du er es wir ihr mein dein sein und oder aber in im auf mit "
     "von zu ist sind",
     "nicht|kein|keine|keinen|keinem|keiner|keines|nie|niemals|niemand|nichts|nirgends|weder|ohne|nein|kaum",
     "",
     "zwei=2 drei=3 vier=4 fünf=5 sechs=6 sieben=7 acht=8 neun=9 zehn=10 elf=11 zwölf=12 zwanzig=20 "
     "dreißig=30 dreissig=30 vierzig=40 "
     "fünfzig=50 sechzig=60 siebzig=70 achtzig=80 neunzig=90 hundert=100 tausend=1000",
     "der die das den dem des ein eine einen einem einer und oder aber dass ist sind war waren sein bin bist "
     "ich du er sie es "
     "wir ihr mich mir dich dir ihn ihm uns euch mein dein nicht kein in im an am auf mit von vom zu zum zur "
     "für bei nach aus "
     "wie was wer wo wenn als so auch noch schon nur sehr haben habe hat hatte werden wird"},
    {"it", true, "ehm|uhm|eh|mmm|hmm", "cioè|insomma|beh|diciamo|sai",
     "il lo la i gli le un una di da in con su per e o ma io tu lui lei noi voi mi ti si che è",
     "non|mai|niente|nulla|nessuno|nessuna|nessun|né|neanche|nemmeno|neppure|senza|no", "",
     "due=2 tre=3 quattro=4 cinque=5 sei=6 sette=7 otto=8 nove=9 dieci=10 undici=11 dodici=12 venti=20 "
     "trenta=30 quaranta=40 "
     "cinquanta=50 sessanta=60 settanta=70 ottanta=80 novanta=90 cento=100 mille=1000",
     "il lo la i gli le l un uno una di del della dei da dal in nel nella con su sul per e o ma che chi è "
     "sono era essere ho "
     "hai ha abbiamo hanno io tu lui lei noi voi loro mi ti si ci vi mio tuo suo questo questa quello quella "
     "non più come "
     "dove quando se molto anche già"},
    {"pt", true, "hum|hã|ahn|hmm|mmm", "tipo|né|bem|bom|sabe|quer dizer|digamos|pois",
     "o os as um uma de do da dos das em no na nos nas com por para e ou mas eu tu ele ela meu teu seu que é",
     "não|nunca|jamais|nada|ninguém|nenhum|nenhuma|nem|sem|tampouco", "",
     "dois=2 duas=2 três=3 quatro=4 cinco=5 seis=6 sete=7 oito=8 nove=9 dez=10 onze=11 doze=12 vinte=20 "
     "trinta=30 quarenta=40 "
     "cinquenta=50 sessenta=60 setenta=70 oitenta=80 noventa=90 cem=100 cento=100 mil=1000",
     "o a os as um uma de do da dos das em no na nos nas com por para pelo pela e ou mas que quem é são era "
     "foi ser está estão "
     "estava eu tu você ele ela nós vocês eles me te se lhe meu minha teu seu sua este esta isso esse essa "
     "não muito mais já "
     "como onde quando se porque também há tem ter"},
    {"nl", true, "eh|ehm|uh|uhm|hm|hmm", "nou|weet je|zeg maar|nou ja|ik bedoel",
     "de het een ik jij je hij zij we wij mijn jouw zijn haar van in op met voor en of maar is",
     "niet|geen|nooit|niemand|niets|nergens|noch|zonder|nee", "",
     "twee=2 drie=3 vier=4 vijf=5 zes=6 zeven=7 acht=8 negen=9 tien=10 elf=11 twaalf=12 twintig=20 dertig=30 "
     "veertig=40 vijftig=50 "
     "honderd=100 duizend=1000",
     "de het een en of maar dat die dit is zijn was waren ben bent ik jij je hij zij ze wij we jullie mij me "
     "jou hem haar ons "
     "mijn jouw van in op aan met voor door bij naar uit om te er niet geen ook nog wel al als dan hoe wat "
     "wie waar heeft heb "
     "hebben had wordt"},
    {"pl", true, "yyy|eee|eh|hmm|mmm", "wiesz|no wiesz|znaczy|że tak powiem",
     "w na z i a ale ja ty on ona my wy mój twój że to",
     "nie|nigdy|nikt|nikogo|nic|niczego|żaden|żadna|żadne|ani|bez", "",
     "dwa=2 dwie=2 trzy=3 cztery=4 pięć=5 sześć=6 siedem=7 osiem=8 dziewięć=9 dziesięć=10 dwadzieścia=20 "
     "sto=100 tysiąc=1000",
     "w we na z ze do od po za o i a ale lub że to ten ta te jest są był była być ja ty on ona my wy oni "
     "mnie mi cię ci go mu "
     "się mój twój jego jej nie tak już jak co kto gdzie kiedy czy bardzo tylko dla przez"},
    {"tr", true, "ıı|ııı|eee|hmm|ee", "yani|işte|şey|hani", "bir bu şu o ve ile ama ben sen biz siz",
     "değil|hiç|asla|hiçbir|yok|hayır|kimse", "",
     "iki=2 üç=3 dört=4 beş=5 altı=6 yedi=7 sekiz=8 dokuz=9 yirmi=20 otuz=30 yüz=100 bin=1000",
     "bir bu şu o ve ile ama ben sen biz siz onlar bana sana onu da de mi mı için gibi çok daha ne kim var "
     "yok değil"},
    {"ru", true, "э|ээ|эээ|эм|гм|хм|мм", "ну|вот|как бы|знаешь|знаете|так сказать|в общем",
     "и в на с к по за из у о я ты он она мы вы мой твой что",
     "не|нет|ни|никогда|никто|никого|ничего|ничто|нигде|нельзя|без", "",
     "два=2 две=2 три=3 четыре=4 пять=5 шесть=6 семь=7 восемь=8 девять=9 десять=10 двадцать=20 тридцать=30 "
     "сорок=40 пятьдесят=50 "
     "сто=100 тысяча=1000 тысячи=1000 тысяч=1000",
     "и в во на с со к ко по за из у о об от до для а но или что как это то я ты он она мы вы они меня мне "
     "тебя тебе его ему её "
     "ей нас вас их мой твой свой не нет да был была было быть есть так уже ещё все всё бы ли же если когда "
     "где кто"},
    {"zh", false, "嗯|呃|唔|呣", "那个|这个|就是说|怎么说呢|我是说|怎么说|你懂的",
     "我 你 您 他 她 它 我们 你们 他们 这 那 在 和 的", "不|没|别|未|无|非|勿|莫|甭",
     "不过|不仅|不但|不只|不光|不管|不论|不得不|不如|差不多|不好意思|不久|不禁|不断|无论|无非|非常|非得|除非|"
     "别人|别的|特别|分别|区别|个别|别处|告别|级别|"
     "性别|未来|没准|没关系|莫名|无数|对不起|了不起|好不容易|不错|是不是|能不能|要不要|会不会|可不可以|"
     "好不好|有没有|行不行|对不对|沉没|淹没|非洲",
     "",
     "的 了 是 在 和 与 也 都 就 还 又 很 把 被 给 对 从 到 向 而 但 吧 吗 呢 啊 呀 着 过 这 那 我 你 他 她 "
     "它 们 我们 你们 他们 一个 个"},
    {"ja", false, "えーと|えっと|ええと|えーっと|うーん|うーんと|あのー|えー|そのー",
     "あの|その|まあ|なんか|ほら|なんていうか|何て言うか", "", "ない|なかっ|なく|ません|ずに|ぬ|なし",
     "かもしれない|かもしれません|違いない|違いありません|なければならない|なければなりません|"
     "なくてはならない|なくてはいけない|なきゃ|危ない|少ない|切ない|汚い|"
     "もったいない|はかない|じゃない？|じゃないか|ではないか|ませんか|しかない|なくなる|亡くな|死ぬ|犬",
     "",
     "は が を に へ と で も の や から まで より か ね よ な だ です ます した する して いる ある この "
     "その あの これ それ あれ 私 僕 俺 君 あなた 彼 彼女"},
    {"ko", true, "음|어|에|흠|으음", "그|저기|있잖아|있잖아요|뭐랄까|그러니까",
     "나는 너는 저는 이 그 저 나 너",
     "안|못|아니|아니야|아니요|아니에요|없다|없어|없어요|없습니다|없는|없이|않아|않아요|않는|않은|않다|"
     "않습니다|않았다|절대|결코|전혀",
     "", "둘=2 셋=3 넷=4 다섯=5 여섯=6 일곱=7 여덟=8 아홉=9 열=10 스물=20 백=100 천=1000",
     "이 그 저 것 수 나 너 우리 그리고 하지만 그래서 더 또 잘 좀 다 안 못"},
    {"ar", true, "اه|امم|اممم", "يعني|طيب", "في من على إلى عن و أو هذا هذه",
     "لا|لم|لن|ليس|ليست|ما|غير|بدون|أبدا|لست|ليسوا", "",
     "اثنان=2 ثلاثة=3 أربعة=4 خمسة=5 ستة=6 سبعة=7 ثمانية=8 تسعة=9 عشرة=10 عشرون=20 مئة=100 ألف=1000",
     "في من على إلى عن مع هذا هذه ذلك تلك هو هي أنا أنت نحن هم ما لا لم لن أن إن كان كانت قد كل أو ثم"},
    {"hi", true, "उम|अं|हम्म", "मतलब|देखो|देखिए|यानी", "का की के को में से पर और मैं तुम वह यह है",
     "नहीं|न|ना|मत|कभी नहीं|बिना|कोई नहीं", "",
     "दो=2 तीन=3 चार=4 पाँच=5 पांच=5 छह=6 सात=7 आठ=8 नौ=9 दस=10 बीस=20 सौ=100 हज़ार=1000 हजार=1000",
     "का की के को में से पर और या मैं तुम आप वह यह वे हम है हैं था थी थे हो कि जो क्या तो भी ही एक इस उस ने कर"},
    {"vi", true, "ờ|à|ừm|ừ", "kiểu như", "của và là tôi bạn cái", "không|chẳng|chưa|đừng|chả|không bao giờ",
     "", "hai=2 ba=3 bốn=4 năm=5 sáu=6 bảy=7 tám=8 chín=9 mười=10 trăm=100 nghìn=1000 ngàn=1000",
     "của và là có không được cho với trong này đó một những các tôi bạn anh em ông bà nó chúng ta thì mà đã "
     "sẽ đang rất cũng"},
    {"id", true, "eh|em|hmm|anu", "gitu|kan", "yang di ke dari dan aku kamu saya",
     "tidak|tak|bukan|jangan|belum|tanpa|nggak|gak|enggak", "",
     "dua=2 tiga=3 empat=4 lima=5 enam=6 tujuh=7 delapan=8 sembilan=9 sepuluh=10 seratus=100 seribu=1000",
     "yang di ke dari dan atau tetapi tapi untuk dengan pada ini itu adalah ada akan sudah saya aku kamu dia "
     "kami kita mereka "
     "tidak juga bisa apa siapa karena"},
};

std::vector<std::string> Split(const char* list, char separator) {
  std::vector<std::string> items;
  std::istringstream in(list);
  for (std::string item; std::getline(in, item, separator);) {
    if (!item.empty()) items.push_back(item);
  }
  return items;
}

LanguageData Load(const Row& row) {
  LanguageData data;
  data.has_spaces = row.has_spaces;
  data.hesitations = Split(row.hesitations, '|');
  data.fillers = Split(row.fillers, '|');
  data.negations = Split(row.negations, '|');
  data.not_negative = Split(row.not_negative, '|');
  for (const std::string& word : Split(row.never_doubled, ' ')) data.never_doubled.insert(word);
  for (const std::string& word : Split(row.function_words, ' ')) data.function_words.insert(word);
  for (const std::string& pair : Split(row.numbers, ' ')) {
    const size_t sign = pair.find('=');
    data.numbers[pair.substr(0, sign)] = pair.substr(sign + 1);
  }
  return data;
}

const std::map<std::string, LanguageData, std::less<>>& Table() {
  static const auto* const table = [] {
    auto* made = new std::map<std::string, LanguageData, std::less<>>;
    for (const Row& row : kRows) made->emplace(row.language, Load(row));
    for (const char* spaceless : {"th", "lo", "km", "my"}) (*made)[spaceless].has_spaces = false;
    return made;
  }();
  return *table;
}

}  // namespace

const LanguageData& DataOfLanguage(std::string_view tag) {
  static const LanguageData none;
  const auto found = Table().find(text::PrimarySubtag(tag));
  return found == Table().end() ? none : found->second;
}

const std::vector<std::string>& LanguagesWithData() {
  static const auto* const all = [] {
    auto* names = new std::vector<std::string>;
    for (const auto& [language, data] : Table()) {
      if (!data.function_words.empty()) names->push_back(language);
    }
    return names;
  }();
  return *all;
}

}  // namespace waveshift::simplify
