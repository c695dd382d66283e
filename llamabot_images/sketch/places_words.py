"""Words for places, times, weather, colours, styles and moods."""

__all__ = ["COLOUR_WORDS", "MOODS", "NEGATIONS", "NUMBERS", "PLACES", "STYLES", "TIMES", "WEATHER"]

PLACES = """
room: indoors, inside, bedroom, kitchen, living room, library, bookshelf, sofa, couch, armchair, chair, bed,
    desk, table, window, studio, zimmer, wohnzimmer, bibliothek, kuche, sessel, fenster, chambre, salon,
    bibliotheque, cuisine, fenetre, fauteuil, habitacion, sala, biblioteca, cocina, ventana, cosy, cozy,
    gemutlich, school, museum, coffee shop, bakery, restaurant, 房间, 图书馆, 室内, 部屋, 図書館, 방안
mountains: 🏔, ⛰, mountain, alps, peak, peaks, summit, cliff, canyon, volcano, berg, berge, gebirge, alpen,
    montagne, montagnes, montana, montanas, himalaya, fuji, everest, 山脉, 高山, 山, 富士山, 산맥
forest: woods, woodland, jungle, rainforest, wald, walder, dschungel, foret, bois, jungla, bosque, selva,
    bamboo, pine trees, 森林, 树林, 森, 竹林, 숲
sea: 🌊, 🏖, ocean, beach, coast, shore, harbor, harbour, island, waves, wave, meer, strand, ozean, kuste, insel,
    mer, plage, ile, vagues, mar, playa, isla, oceano, surfing, 大海, 海边, 海滩, 海, 바다, 해변
lake: pond, river, waterfall, stream, see ufer, bergsee, fluss, lac, riviere, fleuve, etang, lago, rio,
    cascada, reflection, fjord, 湖, 河, 川, 호수, 강가
desert: dunes, dune, sahara, sand, pyramid, pyramids, oasis, wuste, dunen, desierto, dunas, egypt, savanna,
    mars, 沙漠, 砂漠, 사막
city: 🏙, 🌃, town, street, skyline, skyscraper, skyscrapers, buildings, downtown, metropolis, cityscape, tokyo,
    new york, paris, london, berlin, alley, stadt, strasse, ville, rue, ciudad, calle, rooftop, 城市, 街道,
    都市, 街, 도시, 거리
space: 🌌, galaxy, cosmos, universe, nebula, orbit, outer space, moon surface, weltraum, weltall, all galaxie,
    espace, univers, espacio, universo, galaxia, cosmic, 太空, 宇宙, 银河, 우주
underwater: under the sea, coral, coral reef, reef, aquarium, seabed, diving, unterwasser, sous l eau,
    bajo el agua, arrecife, mermaid, 海底, 水下, 水中, 바닷속
winter: snowy, arctic, antarctic, antarctica, north pole, iceberg, ice, glacier, skiing, hiver, invierno,
    eiszeit, 冬天, 冬, 겨울
meadow: field, fields, hill, hills, garden, park, farm, grass, countryside, valley, village, picnic, wiese,
    garten, feld, hugel, dorf, prairie, jardin, champ, colline, campagne, campo, prado, jardin botanico,
    landscape, landschaft, paysage, paisaje, nature, 草地, 花园, 田野, 庭, 草原, 風景, 风景, 정원, 들판
poster: portrait, icon, logo, sticker, emoji, mascot, avatar, character, simple background,
    plain background, white background
abstract: abstrakt, abstrait, abstracto, geometric, geometry, pattern, composition, shapes, muster, motif,
    wallpaper, texture, gradient, mandala, fractal, bauhaus, cubism, cubist, kandinsky, mondrian, circles,
    triangles, lines, 抽象, 추상
"""

TIMES = """
night: 🌃, nighttime, midnight, nocturnal, nacht, nachts, nuit, noche, at night, dark sky, evening star, 夜晚,
    夜, 晚上, 밤
sunset: 🌅, 🌇, dusk, evening, twilight, golden hour, sundown, sonnenuntergang, abend, dammerung, abendrot,
    coucher de soleil, crepuscule, soir, atardecer, puesta de sol, ocaso, 日落, 夕阳, 黄昏, 夕焼け, 夕日,
    석양, 노을
dawn: sunrise, morning, daybreak, sonnenaufgang, morgen, morgens, matin, aube, lever du soleil, amanecer,
    alba, 日出, 早晨, 朝, 朝日, 새벽, 아침
day: noon, midday, daytime, daylight, mittag, tag, tagsuber, jour, midi, dia, mediodia, summer, sommer, ete,
    verano, 白天, 夏天, 昼, 夏, 낮에, 여름
"""

WEATHER = """
rain: 🌧, raining, rainy, drizzle, regen, regnet, regnerisch, pluie, pluvieux, pleut, lluvia, lloviendo,
    lluvioso, 下雨, 雨, 비가, 빗속
snow: ❄, 🌨, snowing, snowfall, snowflakes, blizzard, schnee, schneit, neige, enneige, nieve, nevando, 下雪, 雪, 눈이
storm: ⛈, ⚡, thunder, thunderstorm, lightning, sturm, gewitter, blitz, orage, tempete, tormenta, 暴风雨, 嵐, 폭풍
fog: foggy, mist, misty, haze, nebel, neblig, brume, brouillard, niebla, 雾, 霧, 안개
wind: windy, breeze, wehend, vent, viento, autumn, fall leaves, falling leaves, herbst, automne, otono,
    秋天, 秋, 风, 风吹, 가을
"""

COLOUR_WORDS = """
red: rot, rote, roter, rotes, roten, rouge, rouges, rojo, roja, rojos, ruby, 红色, 红, 赤い, 赤, 빨간
crimson: maroon, burgundy
scarlet: vermilion
orange: naranja, 橙色, オレンジ, 주황
amber: ocher, ochre
yellow: gelb, gelbe, gelber, gelbes, jaune, amarillo, amarilla, lemon, 黄色, 黄, 黄色い, 노란
golden: gold, goldene, goldener, goldenes, dore, doree, dorado, dorada, 金色, 금색
green: grun, grune, gruner, grunes, vert, verte, verde, lime, 绿色, 緑, 緑の, 초록
emerald: jade
olive: sage
mint: minze, menthe
teal: petrol
turquoise: turkis, turquesa, aqua
cyan:
blue: blau, blaue, blauer, blaues, bleu, bleue, azul, azure, sapphire, 蓝色, 蓝, 青い, 青, 파란
navy: dunkelblau, dark blue, midnight blue
indigo:
purple: lila, violett, mauve, morado, purpura, plum, 紫色, 紫, 보라
violet: violette, violeta
lavender: lavendel, lavande, lavanda
magenta: fuchsia
pink: pinke, rosafarben, rosa, 粉色, 粉红, ピンク, 분홍
brown: braun, braune, brauner, marron, brun, brune, chocolate, 棕色, 茶色, 갈색
beige: tan, sandy
cream: ivory, creme
silver: silbern, argente, plateado, 银色, 銀色, 은색
copper: bronze, rust, rusty
coral pink: korallenrot
peach: apricot
gray: grey, grau, graue, grauer, gris, grise, 灰色, 회색
black: schwarz, schwarze, schwarzer, schwarzes, noir, noire, negro, negra, 黑色, 黑, 黒い, 黒, 검은
white: weiss, weisse, weisser, weisses, blanc, blanche, blanco, blanca, 白色, 白, 白い, 하얀, 흰
"""

STYLES = """
pastel: pastels, pastellfarben, pale colors
neon: cyberpunk, vaporwave, synthwave, glowing, fluorescent
gray: black and white, black white, monochrome, grayscale, greyscale, schwarzweiss, noir et blanc,
    blanco y negro, film noir, pencil, charcoal, ink drawing, 黑白, 白黒, 흑백
sepia: old photo, daguerreotype
vintage: retro, mid century, old fashioned, polaroid, seventies, 复古, レトロ
vivid: vibrant, colorful, colourful, bright, bunt, colore, colorido, pop art, saturated, 彩色, カラフル
dark: gloomy, spooky, moody, dunkel, duster, sombre, oscuro, gothic
soft: dreamy, gentle, ethereal, sanft, doux, suave, muted
watercolor: watercolour, aquarell, aquarelle, acuarela, water color, painterly, wash, 水彩, 水彩画, 수채화
pixel: pixel art, pixelated, 8 bit, 8bit, 16 bit, minecraft, 像素, ドット絵, 픽셀
mosaic: stained glass, tiles, low poly, lowpoly, mosaik, mosaique, mosaico
"""

MOODS = """
happy: 😊, 😀, smiling, smile, laughing, joyful, cheerful, dancing, singing, lachelt, lachend, frohlich, glucklich,
    souriant, heureux, content, feliz, sonriendo, sonriente, 开心, 快乐, 笑, 幸せ, 행복
closed: 😴, 💤, sleeping, asleep, sleepy, sleep, napping, dreaming, resting, schlaft, schlafend, schlafen, traumt,
    dort, endormi, dormant, durmiendo, dormido, meditating, meditation, 睡觉, 睡着, 眠る, 寝る, 잠자는
riding: rides, ride, on horseback, on the back of, reitet, reitend, chevauchant, monte, montando,
    cabalgando, 骑, 乗る
"""

NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "2": 2, "3": 3, "4": 4, "5": 5, "pair": 2, "couple": 2,
    "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "six": 5, "seven": 5, "ten": 5, "twins": 2,
    "group": 3, "herd": 4, "flock": 4, "family": 3, "many": 4, "crowd": 5, "pack": 4, "several": 3, "some": 3,
}  # fmt: skip

NEGATIONS = "no, without, not, never, remove, delete, ohne, kein, keine, keinen, entferne, sans, pas, sin"
