"""Words for things: held, worn, and standing in the picture."""

__all__ = ["HELD", "SCENERY", "WORN"]

HELD = """
book: 📖, 📚, reading, reads, read, novel, buch, bucher, lesen, liest, lesend, livre, lisant, qui lit, libro,
    leyendo, lee, story, newspaper, letter, map, 书, 書, 读书, 看书, 本を, 読書, 読む, 책
cup: ☕, 🍵, tea, coffee, mug, teacup, cocoa, drinking, drinks, latte, espresso, green tea, hot chocolate, tasse,
    tee, kaffee, becher, cafe creme, taza, cafe, 茶, 咖啡, コーヒー, お茶, 紅茶, 커피, 차를
laptop: 💻, computer, coding, programming, typing, code, codes, notebook, ordinateur, ordenador, 电脑, パソコン,
    노트북
ball: ⚽, fussball, soccer, football, basketball, ballon de foot, pelota, balon, 球, ボール, 공놀이
heart: ❤, 💖, love, valentine, herz, liebe, coeur, amour, corazon, amor, 爱心, 心形, ハート, 하트
cake: 🎂, 🍰, birthday, cupcake, torte, kuchen, gateau, anniversaire, geburtstag, pastel de cumpleanos, tarta,
    cumpleanos, 蛋糕, ケーキ, 케이크
gift: 🎁, present, geschenk, cadeau, regalo, 礼物, プレゼント, 선물
guitar: 🎸, music, musician, ukulele, violin, gitarre, guitare, guitarra, playing guitar, 吉他, ギター, 기타를
camera: 📷, photographer, kamera, appareil photo, camara, 相机, カメラ, 카메라
bouquet: 💐, bunch of flowers, blumenstrauss, ramo, 花束
ice cream: 🍦, icecream, gelato, eis, eiscreme, glace, helado, 冰淇淋, アイス, 아이스크림
apple: 🍎, apfel, pomme, manzana, fruit, orange fruit, 苹果, りんご, リンゴ, 사과
pizza: 🍕, slice of pizza, 披萨, ピザ, 피자
paints: 🎨, paints, painter, paintbrush, painting a, malt, pinta, peint, drawing a
balloon: 🎈, balloons, luftballon, ballon, ballons, globo, globos, flying, 气球, 風船, 풍선
umbrella: ☂, ☔, parasol, regenschirm, schirm, parapluie, paraguas, 伞, 雨伞, 傘, 우산
lantern: laterne, lanterne, linterna, torch, candle, kerze, bougie, vela, 灯笼, ランタン, 랜턴
flower: 🌹, 🌷, 🌼, rose, tulip, sunflower, daisy, blume, rosa blume, fleur, tournesol, flor, girasol, 花朵, 花を, 꽃
wand: magic, zauberstab, baguette magique, varita, magie, magia, spell, 魔法, 마법
flag: fahne, flagge, drapeau, bandera, banner, 旗, 깃발
"""

WORN = """
top hat: 🎩, zylinder, chapeau haut de forme, chistera
wizard hat: witch hat, zauberhut, hexenhut, chapeau de sorcier, magician
party hat: party, celebration, celebrating, partyhut, fete, fiesta, new year, silvester, 派对, パーティー,
    파티
crown: 👑, krone, couronne, corona, royal, 王冠, 왕관
santa hat: santa, christmas, weihnachten, noel, navidad, xmas, 圣诞, クリスマス, 크리스마스
cap: baseball cap, mutze, casquette, gorra
beanie: wool hat, woolly hat, knit hat, pudelmutze, bonnet, gorro
chef hat: cook, cooking, baking, koch, kocht, cuisinier, cocinero, cocinando, 厨师
cowboy hat: cowboy, cowgirl, western, vaquero
hat: hats, mit hut, chapeau, sombrero, fedora, detective hat, 帽子, 모자
bow: ribbon, schleife, noeud, lazo, リボン, 리본
wreath: flower crown, blumenkranz, spring, fruhling, printemps, primavera, 春, 봄날
headphones: listening, kopfhorer, casque audio, auriculares, dj, podcast, 耳机, ヘッドホン, 헤드폰
glasses: 👓, spectacles, brille, lunettes, gafas, nerd, professor, clever, smart, 眼镜, メガネ, 안경
sunglasses: 🕶, 😎, shades, sonnenbrille, lunettes de soleil, gafas de sol, cool, 墨镜, 太阳镜, サングラス, 선글라스
helmet: space suit, spacesuit, raumanzug, helm, casque, casco, 宇航服
scarf: schal, echarpe, bufanda, 围巾, マフラー, 목도리
bow tie: fliege, noeud papillon, pajarita, elegant, butler
tie: krawatte, cravate, corbata, office, business
bandana: neckerchief, halstuch, foulard, panuelo
"""

SCENERY = """
lamp: light bulb, lampe, lampara, lamps, streetlamp, lamplight, chandelier, 灯下, 台灯, 灯, ランプ, 램프
house: 🏠, 🏡, home, cottage, cabin, hut, haus, hauser, hutte, maison, chalet, casa, cabana, farmhouse, 房子, 屋,
    家屋, 집
tree: 🌳, 🌲, oak, baum, baume, arbre, arbres, arbol, arboles, 树, 木の下, 나무
lighthouse: leuchtturm, phare, faro, 灯塔, 灯台, 등대
castle: 🏰, palace, schloss, burg, chateau, castillo, fortress, tower, temple, 城堡, お城, 성채
boat: ⛵, sailboat, sailing, ship, yacht, boot, schiff, segelboot, bateau, voilier, barco, velero, canoe, 船,
    ボート, 배를
hot air balloon: hot air balloons, heissluftballon, montgolfiere, globo aerostatico, airship, 热气球, 気球,
    열기구
rocket: 🚀, spaceship, spacecraft, starship, rakete, fusee, cohete, ufo, 火箭, ロケット, 로켓
windmill: mill, windmuhle, moulin, molino, 风车, 風車, 풍차
tent: ⛺, camping, camp, zelt, tente, tienda de campana, 帐篷, テント, 텐트
campfire: 🔥, bonfire, fire, lagerfeuer, feuer, feu de camp, hoguera, fuego, 篝火, 焚き火, 모닥불
mushroom: 🍄, mushrooms, toadstool, pilz, pilze, champignon, seta, 蘑菇, キノコ, 버섯
cactus: 🌵, cacti, kaktus, cactus plant, 仙人掌, サボテン, 선인장
palm: 🌴, palm tree, palme, palmen, palmier, palmera, coconut, 棕榈, ヤシ, 야자수
car: 🚗, auto, voiture, coche, taxi, truck, van, bus, 汽车, 車, 자동차
bicycle: 🚲, bike, fahrrad, velo, bicicleta, cycling, 自行车, 自転車, 자전거
train: 🚂, locomotive, zug, eisenbahn, railway, tren, 火车, 電車, 기차
flowers: 🌸, blossoms, tulips, roses, daisies, sunflowers, wildflowers, blumen, fleurs, flores, blooming, 花田,
    花, 꽃밭
pumpkin: 🎃, halloween, kurbis, citrouille, calabaza, 南瓜, カボチャ, 호박
vase: blumenvase, pot of flowers, still life, stillleben, nature morte, jarron, florero, bodegon, 花瓶,
    静物, 꽃병
fence: zaun, cloture, valla
bridge: brucke, pont, puente, 桥, 橋, 다리를
fireworks: 🎆, firework, feuerwerk, feu d artifice, fuegos artificiales, 烟花, 花火, 불꽃놀이
planet: 🪐, planets, saturn, jupiter, planete, planeta, 行星, 惑星, 행성
moon: 🌙, 🌕, mond, vollmond, lune, luna, moonlight, moonlit, crescent, 月亮, 月, 달빛
sun: ☀, 🌞, sonne, soleil, sol, sunny, sonnig, sunshine, 太阳, 太陽, 태양
star: ⭐, 🌟, stars, starry, stern, sterne, etoile, etoiles, estrella, estrellas, 星星, 星, 별
cloud: ☁, clouds, cloudy, wolke, wolken, nuage, nuages, nube, nubes, sky, himmel, 云, 雲, 구름
rainbow: 🌈, regenbogen, arc en ciel, arcoiris, arco iris, 彩虹, 虹, 무지개
aurora: northern lights, polarlicht, nordlicht, aurore, 极光, オーロラ, 오로라
birds: flock of birds, vogelschwarm, gulls, seagulls, seagull
"""
