"""Town or country, and whether a line is slow."""

from __future__ import annotations

import pytest

from care.complaints.places import area_of, is_slow

AREAS = [
    # Said in so many words
    ("农村", "country"),
    ("城镇", "town"),
    ("我家在乡下", "country"),
    ("我们村没信号", "country"),
    ("山区", "country"),
    ("我们这是偏远山区", "country"),
    ("住山里", "country"),
    ("住在县城", "town"),  # 城镇 too
    ("市区", "town"),
    ("鎮上", "town"),  # traditional
    ("農村", "country"),
    ("不是农村，是城里", "town"),
    ("不在农村", "town"),
    ("不是城镇", "country"),
    # Read from the address
    ("江苏省徐州市沛县朱寨镇李庄村3组", "country"),
    ("河南省周口市太康县马厂镇前何村", "country"),
    ("四川省凉山州昭觉县三岔河乡", "country"),
    ("贵州省黔东南州雷山县西江镇羊排村二组", "country"),
    ("黑龙江省绥化市青冈县靠山屯", "country"),
    ("北京市朝阳区望京街道", "town"),
    ("海淀区中关村大街1号", "town"),  # a street that has its name from a village
    ("中关村", "town"),
    ("上海市普陀区曹杨新村", "town"),  # an estate
    ("杨柳小区3栋2单元501", "town"),
    ("南京路100号", "town"),
    ("解放大道12号", "town"),
    ("沛县龙固镇阳光花园", "town"),  # an estate in a 镇
    ("北京市东城区史家胡同", "town"),
    ("石景山区八角北路23号", "town"),  # 山区 within the name of a district
    ("房山区良乡镇东街12号", "town"),
    ("佛山区", "town"),
    ("廣州市天河區體育西路", "town"),
    ("大学校区宿舍6号楼", "town"),
    ("俺村信号不中", "country"),
    ("全村人手机都打不出去", "country"),
    ("朝阳区那边", "town"),
    # Neither, or both: it is asked
    ("销号得去县城", None),  # where the customer has to go
    ("跑到县里才能办", None),
    ("镇上的师傅说线杆倒了", None),  # where somebody else is from
    ("在农村信用社交的话费", None),  # a bank
    ("片区经理不理人", None),
    ("统一社会信用代码", None),
    ("评论区都在骂", None),
    ("跨区能移机吗", None),
    ("广东省", None),
    ("我家", None),
    ("广州市天河区石牌村", None),  # 城中村
    ("南京市江宁区谷里街道张溪村", None),
    ("沛县龙固镇", None),  # its main place, or a village of it
    ("村路", None),  # a street
    ("家里宽带断了", None),
    ("老乡说也没信号", None),
    ("隔壁老乡家", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "area"), AREAS)
def test_area(text: str, area: str | None) -> None:
    assert area_of(text) == area


SLOW = [
    ("网速很慢", True),
    ("网速太慢了根本用不了", True),
    ("家里宽带特别卡", True),
    ("寬頻好慢", True),  # traditional, and the word of Taiwan and Hong Kong
    ("1000兆的宽带测速只有90兆", True),
    ("500M跑不满", True),
    ("看视频一直缓冲", True),
    ("打游戏延迟高丢包", True),
    ("5G网络卡得要死", True),
    ("wifi慢", True),
    ("流量用完后限速了", True),
    ("光钎不达标", True),  # a typo of many
    ("网页半天打不开", True),
    ("龟速", True),
    ("太卡了", True),
    ("卡顿", True),
    ("ADSL慢成狗", True),
    ("电信这上网卡咋这么慢", True),  # a card for data
    ("晚上一到八点就卡", True),
    ("提速后更慢了", True),
    ("装得慢修得慢网还慢", True),
    ("你们宽带客服说网速慢是我家墙太厚", True),
    # No slow line
    ("宽带断了三天没人修", False),
    ("没信号", False),
    ("处理得太慢了", False),  # a slow answer
    ("师傅修得慢", False),
    ("客服回复很慢", False),
    ("我的手机卡被停了", False),  # a card
    ("电话卡办不了", False),
    ("宽带装机慢慢拖", False),  # 慢慢
    ("流量卡扣费", False),
    ("银行卡", False),
    ("换了4G卡以后老是跳无服务", False),
    ("电视盒子卡在开机画面", False),
    ("投诉装机慢", False),
    ("电话打不通", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "slow"), SLOW)
def test_is_slow(text: str, slow: bool) -> None:
    assert is_slow(text) is slow
