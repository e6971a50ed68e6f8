"""The Korean words of the sentiment grammar, by what they can be said of.

Predicates are entries as `core.data.grammars.korean_forms.predicate` reads them.
"""

from __future__ import annotations

from core.data.grammars.lists import ANYTHING, phrases, words

NOUNS: dict[str, tuple[str, ...]] = {
    "story": words(
        "영화 영화 영화 소설 드라마 이야기 결말 줄거리 책 만화 연극 다큐멘터리 웹툰 초반 후반 전개"
        " 대본 주제 내용 장면 반전 대사 문장 작품 예고편 마지막"
    ),
    "acting": words("연기 배우 배우들 주인공 연출 감독 조연 캐릭터"),
    "sound": words("음악 노래 소리 목소리 무대 앨범 콘서트 연주 가사 공연"),
    "food": words(
        "음식 커피 국물 반찬 디저트 빵 고기 면 김치 점심 저녁 케이크 피자 라면 비빔밥 냉면 맛"
    ),
    "people": words("직원 직원들 서비스 사장님 선생님 의사 기사님 종업원 상담원 강사 담당자"),
    "place": words(
        "호텔 방 식당 카페 숙소 화장실 공원 도서관 박물관 주방 건물 동네 분위기 객실 가게 집"
    ),
    "thing": words(
        "휴대폰 화면 노트북 디자인 가방 의자 카메라 신발 침대 이어폰 앱 자전거 시계 자판 배터리"
    ),
    "lesson": words("강의 수업 설명 강연 교재 과제 발표 세미나 예제 자료"),
    "event": words("여행 축제 주말 휴가 소풍 파티 행사 모임 체험 산책 일정"),
}

SUCH: dict[str, tuple[str, ...]] = {
    "story": words("영화 영화 영화 책 드라마 소설 이야기 작품"),
    "acting": words("연기 작품 영화"),
    "sound": words("공연 노래 음악"),
    "food": words("음식 맛 식당"),
    "people": words("서비스 분 사람"),
    "place": words("곳 곳 호텔 식당"),
    "thing": words("제품 제품 물건 디자인"),
    "lesson": words("강의 수업 시간"),
    "event": words("여행 시간 경험 하루"),
}
"""What something may be called: '좋은 영화였다'."""

WHOLES: dict[str, tuple[str, ...]] = {
    "story": words("영화 소설 드라마 작품 책"),
    "acting": words("영화 드라마 연극 작품"),
    "sound": words("영화 공연 앨범 콘서트"),
    "food": words("식당 가게 카페"),
    "people": (),
    "place": words("호텔 숙소 식당"),
    "thing": words("제품 휴대폰 노트북"),
    "lesson": words("강의 수업 세미나"),
    "event": words("축제 여행 행사"),
}
"""What something of a kind is part of: '이 영화는 음악이 좋았다'."""
PARTS = frozenset(
    words(
        "결말 줄거리 초반 후반 전개 대본 주제 내용 장면 반전 대사 문장 마지막 연기 배우들 주인공"
        " 연출 캐릭터 음악 노래 소리 목소리 무대 연주 가사 음식 커피 디저트 맛 방 화장실 주방"
        " 분위기 화면 디자인 카메라 자판 배터리 설명 교재 과제 예제 자료 일정"
    )
)
"""Nouns that name a part of such wholes."""

THEMES: tuple[tuple[str, ...], ...] = (
    ("story", "acting", "sound"),
    ("story", "story", "acting"),
    ("food", "people", "place"),
    ("place", "people", "event"),
    ("thing", "thing", "people"),
    ("lesson", "lesson", "people"),
    ("sound", "event", "place"),
)

FOR: dict[str, tuple[str, ...]] = {
    ANYTHING: words(
        "좋/좋았/좋은 좋/좋았/좋은 훌륭하 완벽하 괜찮/괜찮았/괜찮은 멋지/멋졌/멋진 만족스럽"
        " 뛰어나/뛰어났/뛰어난 인상적이 근사하 놀랍 대단하 환상적이 특별하 사랑스럽"
    ),
    "story": words(
        "재미있 재미있 재밌/재밌었/재밌는 감동적이 흥미롭 신선하 흥미진진하 유쾌하 탄탄하 독창적이"
        " 따뜻하 강렬하 매력적이 아름답"
    ),
    "acting": words("자연스럽 생생하 섬세하 강렬하 매력적이 감동적이"),
    "sound": words("감미롭 아름답 신나/신났/신나는 감동적이 웅장하 경쾌하"),
    "food": words("맛있 맛있 신선하 담백하 고소하 부드럽 푸짐하 바삭하"),
    "people": words("친절하 친절하 상냥하 다정하 세심하 유능하 정중하"),
    "place": words("깨끗하 조용하 편안하 아늑하 넓/넓었/넓은 쾌적하 편리하 예쁘/예뻤/예쁜"),
    "thing": words("튼튼하 편리하 예쁘/예뻤/예쁜 가볍 선명하 빠르/빨랐/빠른 유용하 편하"),
    "lesson": words("유익하 명확하 알차/알찼/알찬 재미있 쉽 흥미롭 유용하"),
    "event": words("즐겁 신나/신났/신나는 편안하 행복하 알차/알찼/알찬 재미있"),
}

AGAINST: dict[str, tuple[str, ...]] = {
    ANYTHING: words(
        "나쁘/나빴/나쁜 나쁘/나빴/나쁜 형편없 끔찍하 실망스럽 아쉽 아쉽 불쾌하 부족하 한심하 허술하"
        " 시시하 답답하 짜증스럽 이상하"
    ),
    "story": words(
        "지루하 지루하 뻔하 유치하 산만하 어설프/어설펐/어설픈 재미없 억지스럽 식상하 따분하 진부하"
        " 허무하 난해하"
    ),
    "acting": words("어색하 어설프/어설펐/어설픈 뻣뻣하 부자연스럽 딱딱하 지루하"),
    "sound": words("시끄럽 단조롭 지루하 요란하 밋밋하"),
    "food": words("맛없 맛없 느끼하 싱겁 짜/짰/짠 질기/질겼/질긴 비리/비렸/비린 눅눅하 밍밍하"),
    "people": words("불친절하 불친절하 무례하 무뚝뚝하 게으르/게을렀/게으른 거만하 무성의하"),
    "place": words("더럽 시끄럽 불편하 지저분하 어둡 좁/좁았/좁은 복잡하 낡/낡았/낡은"),
    "thing": words("불편하 무겁 느리/느렸/느린 약하 흐릿하 조잡하 부실하"),
    "lesson": words("어렵 지루하 모호하 산만하 부실하 따분하"),
    "event": words("피곤하 힘들/힘들었/힘든 지루하 답답하 정신없"),
}

TOO: dict[str, tuple[str, ...]] = {
    "story": words("길/길었/긴 짧/짧았/짧은 복잡하 잔인하"),
    "acting": words("차갑 과하"),
    "sound": words("크/컸/큰 길/길었/긴 짧/짧았/짧은"),
    "food": words("비싸/비쌌/비싼 뜨겁 맵 달/달았/단 적/적었/적은"),
    "people": words("바쁘/바빴/바쁜 느리/느렸/느린"),
    "place": words("비싸/비쌌/비싼 작/작았/작은 춥 덥 멀/멀었/먼"),
    "thing": words("비싸/비쌌/비싼 크/컸/큰 작/작았/작은 두껍"),
    "lesson": words("길/길었/긴 짧/짧았/짧은 많/많았/많은"),
    "event": words("길/길었/긴 짧/짧았/짧은 비싸/비쌌/비싼"),
}
"""Neither for nor against by themselves; with '너무' they are against."""

BEINGS = frozenset(
    words(
        "주인공 배우 배우들 감독 조연 캐릭터 직원 직원들 사장님 선생님 의사 기사님 종업원 상담원"
        " 강사 담당자"
    )
)
"""Nouns that take '에게' where things take '에'."""

SHORT = frozenset(
    words(
        "좋 괜찮 예쁘 나쁘 지루하 재미있 재밌 맛있 친절하 깨끗하 조용하 편하 쉽 즐겁 아쉽 짜 질기"
        " 시끄럽 불편하 무겁 느리 어렵 힘들 더럽 좁 어둡 신나 넓 빠르 유치하"
    )
)
"""Stems that take the short negation '안' easily."""

# What is felt at something: the particle after the thing, words before the verb, the verb.
LIKES = phrases(
    "이가 마음에 들/들었/드는|에 감동하|에 만족하|에 반하|에 감탄하|을를 즐기/즐겼/즐긴"
    "|을를 좋아하|을를 사랑하|을를 추천하|을를 칭찬하|이가 기억에 남/남았/남는"
)
DISLIKES = phrases(
    "에 실망하|에 실망하|에 질리/질렸/질린|에 지치/지쳤/지친|을를 싫어하|을를 후회하|을를 비판하"
    "|이가 거슬리/거슬렸/거슬리는|이가 마음에 걸리/걸렸/걸리는"
)
TREASURES = phrases("걸작|명작|최고|성공작|수작|기대 이상")
FAILURES = phrases("졸작|최악|시간 낭비|돈 낭비|엉망|실패작|기대 이하")
UNTURNED_FOR = phrases("대박|감동 그 자체|역시 최고|단연 최고|인생 최고")
UNTURNED_AGAINST = phrases("별로|별로|그냥 별로|정말 별로|실망 그 자체|진짜 최악")
"""Nouns that nobody negates."""

ADVICE_FOR = phrases(
    "다시 보고 싶/싶었/싶은|또 가고 싶/싶었/싶은|추천하고 싶/싶었/싶은|볼 만하"
    "|돈이 아깝지 않/않았/않은|시간이 아깝지 않/않았/않은|한 번 더 보고 싶/싶었/싶은|믿을 만하"
)
ADVICE_AGAINST = phrases(
    "다시 보고 싶지 않/않았/않은|또 가고 싶지 않/않았/않은|추천하고 싶지 않/않았/않은|돈이 아깝"
    "|시간이 아깝|다시는 보고 싶지 않/않았/않은|믿을 수 없|환불하고 싶/싶었/싶은"
)
SHOUTS_FOR = phrases(
    "최고|대박|강추|명작|꿀잼|추천해요|추천합니다|추천한다|강력 추천|강력 추천합니다|꼭 추천해요"
)
SHOUTS_AGAINST = phrases(
    "최악|별로|비추|졸작|노잼|비추천|추천하지 않아요|추천하지 않습니다|추천하지 않는다"
    "|절대 추천하지 않아요"
)
SET_FOR = phrases(
    "시간 가는 줄 모르/몰랐/모르는|기대를 뛰어넘/뛰어넘었/뛰어넘는|웃음이 나/났/나는"
    "|기분이 좋아지/좋아졌/좋아지는"
)
SET_AGAINST = phrases(
    "기대에 못 미치/미쳤/미치는|하품만 나오/나왔/나오는|화가 나/났/나는|한숨만 나오/나왔/나오는"
)

DEGREES = words("정말 정말 아주 매우 참 너무 무척 꽤 상당히 굉장히 진짜 몹시")
NEGATION_ADVERBS = words("별로 별로 그다지 전혀 전혀 결코 그리 절대")
PERSONS = words(
    "나는 저는 우리는 친구는 동생은 가족들은 관객들은 다들 모두 엄마는 아버지는 사람들은"
)
OPENINGS = phrases(
    "솔직히|솔직히 말해서|개인적으로|전체적으로|이번에|지난주에|어제|전반적으로|내 생각에는|사실"
    "|결국|확실히|오랜만에|처음에는|역시|제 생각에"
)
NEUTRAL_CLAUSES = phrases(
    "지난주에 친구와 보/봤/본|어제 동생과 같이 가/갔/간|인터넷에서 주문하"
    "|두 시간 정도 걸리/걸렸/걸린|일요일에 가족과 가/갔/간|기차에서 읽/읽었/읽은|작년에 사/샀/산"
    "|친구가 고르/골랐/고른|삼 일 동안 묵/묵었/묵은|저녁에 도착하"
    "|창가 자리에 앉/앉았/앉은|이 주 동안 쓰/썼/쓴"
    "|학교 근처에 있|엄마가 알려 주/줬/준|주말에 혼자 보/봤/본"
)
