"""Names, places and other values that the model has to copy. Held-out ones are never trained."""

NAMES = """Adam Alan Albert Alex Alice Amanda Amir Amy Andrea Andrew Angela Anna Anton Arthur Barbara Ben Bella Bruno Carla Carlos
Carol Charles Chloe Chris Clara Daniel David Deborah Dennis Diana Donald Dora Edgar Edward Elena Elias Eliza Emil Emily Emma Eric
Erika Ethan Eva Felix Fiona Frank Freya Gabriel George Gina Gloria Grace Greta Hanna Harold Harry Heidi Helen Henry Hugo Ian Ida
Igor Irene Isaac Ivan Jack Jacob James Jane Janet Jason Jean Jenny Jim Joan Joe John Jonas Jordan Josef Judy Julia Karen Karl Kate
Keith Kevin Kim Kurt Larry Laura Leon Leo Lena Linda Lisa Louis Lucas Lucy Luis Lydia Magda Marco Maria Marie Mark Martha Martin
Mary Max Maya Michael Mike Mila Mona Nadia Nancy Nathan Nick Nina Noah Nora Olaf Oscar Otto Pablo Patrick Paul Paula Pedro Peter
Petra Philip Rachel Ralph Raul Rebecca Richard Rita Robert Robin Roger Ron Rosa Ruth Ryan Sam Samuel Sandra Sara Sergei Sharon
Simon Sonia Stefan Stella Stephen Steve Susan Sven Sylvia Tara Ted Teresa Thomas Tim Tina Todd Tom Ursula Vera Victor Vincent
Walter Wanda Wendy William Yusuf Zach Zoe Ada Grace Bob""".split()
HELD_OUT_NAMES = """Oliver Sophia Liam Mia Yuki Priya Ahmed Fatima Hiroshi Ingrid Dmitri Giovanni Francesca Aisha Mateo Valentina
Sebastian Beatrix Theodore Margaret""".split()
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文志春梅雪红云飞雨晨浩宇欣怡佳琪思远子涵梦瑶嘉诚海波小晓峰冰"
HELD_OUT_CHINESE_NAMES = ["谢小雨", "宋佳", "唐晓峰", "许静", "韩冰", "邓丽", "冯涛", "曹雪", "彭飞", "曾强"]
CITIES = (
    """Paris Berlin Rome Madrid Lisbon Tokyo Beijing Moscow Vienna Bern Warsaw Athens Ankara Cairo Delhi Ottawa Canberra Oslo
Stockholm Helsinki Copenhagen Dublin London Budapest Nairobi Bangkok Hanoi Lima Santiago Hamburg Munich Milan Naples Boston Chicago
Seattle Denver Dallas Miami Toronto Sydney Osaka Kyoto Shanghai Mumbai Lyon Porto Geneva Zurich Prague Riga Tallinn Vilnius Sofia
Zagreb Glasgow Leeds Bristol""".split()
    + ["New York", "San Francisco", "Los Angeles", "Hong Kong"]
)
HELD_OUT_CITIES = "Marseille Barcelona Rotterdam Edinburgh Melbourne Istanbul Singapore Reykjavik".split()
CHINESE_CITIES = """北京 上海 广州 深圳 杭州 成都 武汉 西安 南京 重庆 天津 苏州 长沙 巴黎 柏林 罗马 马德里 东京 莫斯科 维也纳 雅典 开罗
伦敦 曼谷 纽约 香港 济南 郑州 沈阳 长春 南昌 合肥 福州 贵阳 太原 兰州""".split()
HELD_OUT_CHINESE_CITIES = ["青岛", "昆明", "厦门", "大连", "宁波"]
FAVORITES = "color city food number animal book song".split()
FAVORITE_WORDS = """red green blue yellow black white purple orange brown silver apple bread cheese rice pizza soup pasta salad
tiger lion cat dog horse bird wolf bear river forest ocean mountain garden winter summer piano guitar violin tango waltz""".split()
PLAIN_WORDS = """apple bread river stone green seven house light water music paper table happy small quick brown fox jumps over the
lazy dog one two three cold morning garden yellow train blue window open door sing walk little star moon tree bird book""".split()
ONSETS = "b br c ch d dr f fl g gr h j k kl l m n p pl qu r s sh st t tr v w y z".split() + [""]
VOWELS = "a e i o u ai ea ie oo ou y".split()
CODAS = ["", "", "n", "r", "l", "s", "t", "k", "m", "nd", "x", "th", "ck", "v", "g", "p", "b", "d"]
# Frequent characters that get a token of their own, so that values made of them can be copied.
FREQUENT_CHARACTERS = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如"
    "都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高"
    "间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解"
    "水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至"
    "队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师"
    "观清今切院让识候带导争运笔快乐红花春夏秋冬风雨雪云江河湖石龙凤京沪广州深圳杭武汉昌宁苏锡青岛昆厦连哈滨"
)
