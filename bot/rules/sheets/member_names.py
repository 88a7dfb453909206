"""What bots and shops call the columns of their lists of members, as `names.py` does for codes and orders."""

from collections.abc import Mapping

from bot.rules.sheets.sheet import Role

USER_ID_NAMES = (
    (
        *("telegramid", "telegramuserid", "userid", "tgid", "tguserid", "telegram"),
        *("텔레그램id", "텔레그램아이디번호", "텔레그램번호", "회원id", "사용자id", "유저id"),
        *("telegram账号id", "用户id", "会员id", "电报id", "用戶id", "會員id"),
    ),
    ("id", "아이디번호", "编号"),
)
USERNAME_NAMES = (
    (
        *("username", "telegramusername", "usernametelegram", "login", "handle", "nick", "nickname"),
        *("사용자명", "사용자이름", "유저네임", "텔레그램아이디", "아이디"),
        *("用户名", "用戶名", "账号", "帳號"),
    ),
    ("user", "viewer", "유저", "사용자", "用户", "用戶"),
)
MEMBER_NAME_NAMES = (
    (
        *("displayname", "fullname", "firstname", "name", "member", "fan"),
        *("이름", "닉네임", "별명", "회원명", "팬"),
        *("姓名", "名字", "昵称", "暱稱", "会员名", "粉丝"),
    ),
)
POINTS_NAMES = (
    (
        *("points", "coins", "balance", "pointbalance", "currentpoints", "loyaltypoints"),
        *("포인트", "코인", "적립금", "보유포인트", "현재포인트", "잔액", "보유코인"),
        *("积分", "金币", "余额", "当前积分", "積分", "金幣", "餘額", "點數", "点数"),
    ),
    ("currency", "score", "amount", "xp", "karma", "점수", "分数", "分數"),
)
JOINED_NAMES = (
    (
        *("joined", "joinedat", "joinedon", "joindate", "datejoined", "membersince", "registered", "registeredat"),
        *("가입일", "가입일시", "가입일자", "가입날짜", "입장일"),
        *("加入时间", "加入日期", "入群时间", "入群日期", "注册时间", "注册日期", "加入時間", "加入日期", "註冊時間"),
    ),
)
TAGS_NAMES = (("tags", "tag", "labels", "label", "태그", "라벨", "标签", "標籤"),)
TIER_NAMES = (("tier", "등급", "等级", "等級"),)
SCORE_NAMES = (("tierscore", "tierpoints", "등급점수", "等级分", "等級分"),)
MEMBER_NAMES: Mapping[Role, tuple[tuple[str, ...], ...]] = {
    Role.USER_ID: USER_ID_NAMES,
    Role.USERNAME: USERNAME_NAMES,
    Role.NAME: MEMBER_NAME_NAMES,
    Role.POINTS: POINTS_NAMES,
    Role.JOINED: JOINED_NAMES,
    Role.TAGS: TAGS_NAMES,
    Role.TIER: TIER_NAMES,
    Role.SCORE: SCORE_NAMES,
}
