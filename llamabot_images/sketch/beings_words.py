"""Words for animals and people: English, German, French, Spanish, Chinese, Japanese, Korean."""

__all__ = ["BEINGS"]

# One being a line: the name used in this package, then further words for it. Accents do not matter.
BEINGS = """
red panda: roter panda, roten panda, kleiner panda, katzenbar, panda roux, panda rojo, lesser panda,
    firefox, 小熊猫, 小熊貓, レッサーパンダ, 레서판다, 너구리판다
panda: 🐼, pandabar, panda bear, panda geant, oso panda, 大熊猫, 熊猫, 熊貓, パンダ, 판다
kitten: katzchen, chaton, gatito, gatita, 小猫, 小貓, 子猫, 새끼고양이
cat: 🐱, 🐈, katze, katzen, kater, chat, chats, chatte, gato, gata, kitty, feline, 猫, 貓, ネコ, ねこ, 고양이
corgi: 柯基, コーギー, 코기
dog: 🐶, 🐕, puppy, hund, hunde, hundchen, welpe, chien, chiens, chiot, perro, perra, perrito, cachorro, hound,
    terrier, labrador, poodle, beagle, dachshund, retriever, 狗, 犬, 小狗, イヌ, いぬ, 강아지
fox: 🦊, foxes, fuchs, fuchse, renard, renards, zorro, zorra, 狐狸, 狐, キツネ, きつね, 여우
wolf: 🐺, wolves, wolfe, loup, loups, lobo, husky, coyote, 狼, オオカミ, 늑대
polar bear: eisbar, ours polaire, oso polar, 北极熊, 北極熊, シロクマ, 북극곰
bear: 🐻, bär, bären, baer, teddy, teddybar, teddy bear, ours, ourson, oso, osito, grizzly, 熊, クマ, くま, 곰
koala: 🐨, 考拉, コアラ, 코알라
raccoon: 🦝, racoon, waschbar, raton laveur, mapache, 浣熊, アライグマ, 라쿤
badger: 🦡, dachs, blaireau, tejon, skunk, 獾, アナグマ, 오소리
hare: feldhase, lievre, liebre, 野兔
rabbit: 🐰, 🐇, bunny, hase, hasen, kaninchen, haschen, lapin, lapins, conejo, coneja, conejito, 兔子, 兔, ウサギ,
    うさぎ, 토끼
mouse: 🐭, mice, maus, mause, souris, raton, rat, 老鼠, ネズミ, ねずみ
hamster: 🐹, guinea pig, meerschweinchen, gerbil, cochon d inde, 仓鼠, ハムスター, 햄스터
otter: 🦦, fischotter, seeotter, sea otter, loutre, nutria, meerkat, seal, 水獭, 水獺, カワウソ, 수달
beaver: 🦫, biber, castor, capybara, 海狸, ビーバー, 비버
squirrel: 🐿, eichhornchen, ecureuil, ardilla, chipmunk, 松鼠, リス, 다람쥐
tiger: 🐯, 🐅, tigre, tigers, 老虎, トラ, 호랑이
lion: 🦁, lowe, lowen, lions, leon, lioness, 狮子, 獅子, ライオン, 사자
leopard: 🐆, gepard, cheetah, jaguar, panther, puma, lynx, 豹, ヒョウ, 표범
pig: 🐷, piglet, schwein, schweinchen, cochon, cerdo, 猪, 豬, ブタ, 돼지
cow: 🐮, kuh, kuhe, vache, vaca, bull, ox, calf, yak, buffalo, 牛, ウシ, 젖소
sheep: 🐑, lamb, schaf, schafe, mouton, agneau, oveja, 羊, ヒツジ, ひつじ
goat: 🐐, ziege, chevre, cabra, 山羊, ヤギ, 염소
deer: 🦌, fawn, reh, hirsch, cerf, biche, ciervo, stag, elk, moose, reindeer, rentier, antelope, 鹿, シカ, しか,
    사슴
monkey: 🐵, 🐒, affe, singe, ape, chimp, chimpanzee, gorilla, lemur, 猴子, 猴, サル, さる, 원숭이
sloth: 🦥, faultier, paresseux, perezoso, 树懒, ナマケモノ, 나무늘보
hedgehog: 🦔, igel, herisson, erizo, porcupine, 刺猬, ハリネズミ, 고슴도치
elephant: 🐘, elefant, elefanten, elefante, mammoth, 大象, 象, ゾウ, ぞう, 코끼리
frog: 🐸, toad, frosch, grenouille, rana, 青蛙, カエル, かえる, 개구리
dragon: 🐲, 🐉, drache, drachen, 龙, 龍, ドラゴン, 드래곤
owl: 🦉, eule, uhu, hibou, chouette, buho, lechuza, 猫头鹰, 貓頭鷹, フクロウ, 올빼미, 부엉이
penguin: 🐧, king penguin, emperor penguin, pinguin, pinguine, pingouin, manchot, pinguino, 企鹅, 企鵝,
    ペンギン, 펭귄
chick: 🐥, 🐤, 🐔, chicken, kuken, huhn, henne, hen, rooster, poussin, poule, pollo, pollito, 小鸡, ひよこ, 병아리
duck: 🦆, duckling, ente, entchen, canard, pato, patito, goose, swan, 鸭子, アヒル, 오리
robin: rotkehlchen, rouge gorge, petirrojo
parrot: 🦜, papagei, perroquet, loro, macaw, toucan, 鹦鹉, オウム, 앵무새
crow: raven, rabe, krahe, corbeau, cuervo, eagle, hawk, 乌鸦, カラス, 까마귀
bird: 🐦, vogel, vogelchen, oiseau, oiseaux, pajaro, pajarito, sparrow, hummingbird, finch, bluebird, 鸟, 鳥,
    トリ, ことり, 새
alpaca: alpaka, 羊驼, アルパカ, 알파카
llama: 🦙, lama, lamas, llamabot, 大羊驼, 美洲驼, リャマ, ラマ, 라마
fish: 🐟, 🐠, fishes, fisch, fische, poisson, poissons, pez, peces, goldfish, goldfisch, salmon, clownfish, shark,
    koi, 鱼, 魚, サカナ, さかな, 물고기
whale: 🐳, 🐋, 🐬, wal, wale, blauwal, baleine, ballena, orca, dolphin, delfin, dauphin, blue whale, 鲸鱼, 鲸, 鯨,
    クジラ, くじら, 고래
octopus: 🐙, krake, tintenfisch, poulpe, pieuvre, pulpo, squid, 章鱼, タコ, 문어
turtle: 🐢, tortoise, schildkrote, tortue, tortuga, 乌龟, カメ, 거북이
jellyfish: qualle, meduse, medusa, 水母, クラゲ, 해파리
crab: 🦀, krabbe, krebs, crabe, cangrejo, lobster, 螃蟹, カニ, 꽃게
butterfly: 🦋, schmetterling, schmetterlinge, papillon, mariposa, moth, 蝴蝶, チョウ, 나비
bee: 🐝, biene, bienen, hummel, abeille, abeja, bumblebee, ladybug, beetle, 蜜蜂, ミツバチ, 꿀벌
snail: 🐌, schnecke, escargot, caracol, 蜗牛, カタツムリ, 달팽이
unicorn: 🦄, einhorn, licorne, unicornio, pegasus, 独角兽, ユニコーン, 유니콘
zebra: 🦓, zebre, cebra, 斑马, シマウマ, 얼룩말
donkey: esel, ane, burro, mule, 驴, ロバ, 당나귀
camel: 🐪, 🐫, kamel, chameau, camello, dromedary, 骆驼, ラクダ, 낙타
giraffe: 🦒, jirafa, girafe, 长颈鹿, キリン, 기린
horse: 🐴, 🐎, pferd, pferde, pony, cheval, chevaux, caballo, stallion, foal, 马, 馬, ウマ, うま, 조랑말
dinosaur: 🦕, 🦖, dinosaurier, dino, dinosaure, dinosaurio, t rex, 恐龙, 恐竜, 공룡
astronaut: 👩‍🚀, 👨‍🚀, astronautin, astronaute, astronauta, cosmonaut, spaceman, 宇航员, 宇宙飛行士, 우주비행사
robot: 🤖, roboter, robots, android, cyborg, 机器人, ロボット, 로봇
snowman: ⛄, ☃, schneemann, bonhomme de neige, muneco de nieve, 雪人, 雪だるま, 눈사람
ghost: 👻, gespenst, geist, fantome, fantasma, phantom, 幽灵, おばけ, 유령
wizard: witch, mage, sorcerer, zauberer, hexe, sorcier, mago, bruja
king: konig, roi, rey, prince, prinz
queen: konigin, reine, reina, princess, prinzessin, princesse, princesa
person: 👧, 👦, 🧑, man, woman, boy, girl, child, kid, people, human, lady, friend, scientist, teacher, student,
    developer, programmer, artist, farmer, sailor, explorer, knight, hero, mann, frau, kinder, junge,
    madchen, mensch, homme, femme, enfant, garcon, fille, hombre, mujer, nino, nina, chico, chica,
    grandmother, grandfather, mother, father, chef, doctor, detective, pirate, samurai, ninja, 男孩, 女孩,
    男人, 女人, 人物, 少女, 少年, 사람, 소녀, 소년
"""
