// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "phonemes/mandarin_neutral_internal.h"

#include <algorithm>
#include <array>

namespace waveshift::phonemes::internal {
namespace {

// Weak by the norm of Standard Chinese, or as good as always. In order of code points.
constexpr auto kNeutral = std::to_array<std::u32string_view>(
    {U"丈夫", U"上去", U"上头", U"上来", U"上边", U"下去", U"下头", U"下巴", U"下来", U"下边", U"东家",
     U"东西", U"丧气", U"丫头", U"主意", U"买卖", U"事情", U"云彩", U"亲家", U"亲戚", U"人家", U"什么",
     U"休息", U"伙计", U"伯伯", U"伺候", U"作坊", U"使唤", U"便宜", U"俗气", U"兄弟", U"先生", U"公公",
     U"关系", U"养活", U"写写", U"冤家", U"冤枉", U"凉快", U"凑合", U"出去", U"出息", U"出来", U"利害",
     U"利索", U"别人", U"别扭", U"刺猬", U"前头", U"前边", U"力气", U"功夫", U"动动", U"动静", U"勤快",
     U"匀称", U"包涵", U"包袱", U"厉害", U"叔叔", U"口气", U"右边", U"吆喝", U"合计", U"名堂", U"名字",
     U"名气", U"后头", U"后边", U"吓唬", U"吩咐", U"含糊", U"听听", U"告诉", U"味道", U"和尚", U"和气",
     U"咳嗽", U"哆嗦", U"哑巴", U"哥哥", U"哪个", U"唠叨", U"唱唱", U"唾沫", U"商量", U"啰嗦", U"喜欢",
     U"喷嚏", U"嗓门", U"嘀咕", U"嘱咐", U"嘴巴", U"回去", U"回来", U"在乎", U"地方", U"坏处", U"坐坐",
     U"埋怨", U"壮实", U"外头", U"外甥", U"外边", U"多么", U"大夫", U"太太", U"太阳", U"头发", U"女婿",
     U"奴才", U"奶奶", U"好处", U"妈妈", U"妖精", U"妹妹", U"姐姐", U"姑姑", U"姑娘", U"委屈", U"娃娃",
     U"娘家", U"婆婆", U"婆家", U"媳妇", U"字号", U"学学", U"学生", U"学问", U"官司", U"宝宝", U"实在",
     U"实诚", U"客气", U"害处", U"家伙", U"对付", U"对头", U"将就", U"小气", U"尝尝", U"尾巴", U"岁数",
     U"工夫", U"左边", U"差事", U"师傅", U"师父", U"帐篷", U"帮帮", U"干净", U"年成", U"庄稼", U"应付",
     U"应酬", U"开来", U"弟弟", U"张罗", U"徒弟", U"得罪", U"心思", U"忙活", U"念叨", U"念头", U"念念",
     U"怎么", U"思量", U"恶心", U"想头", U"想想", U"意思", U"懒得", U"成分", U"戒指", U"扎实", U"打发",
     U"打听", U"打扮", U"打算", U"打量", U"扫帚", U"找找", U"找补", U"折磨", U"折腾", U"护士", U"拍拍",
     U"招呼", U"招牌", U"拳头", U"指头", U"指望", U"指甲", U"挖苦", U"摸摸", U"收成", U"收拾", U"数数",
     U"数目", U"新鲜", U"早上", U"早晨", U"时候", U"时辰", U"明白", U"星星", U"晚上", U"暖和", U"月亮",
     U"月份", U"月饼", U"朋友", U"木头", U"本事", U"机灵", U"杂碎", U"枕头", U"架势", U"查查", U"栅栏",
     U"棉花", U"模糊", U"欺负", U"歇歇", U"毛病", U"消息", U"清楚", U"溜达", U"漂亮", U"火候", U"灯笼",
     U"点心", U"烟筒", U"烧饼", U"热闹", U"照应", U"爷爷", U"爸爸", U"牌楼", U"牢靠", U"牢骚", U"牲口",
     U"状元", U"狐狸", U"猜猜", U"猩猩", U"玩玩", U"玻璃", U"琢磨", U"琵琶", U"甜头", U"生意", U"用处",
     U"畜生", U"疙瘩", U"痛快", U"眉毛", U"看看", U"眨巴", U"眯缝", U"眼睛", U"瞧瞧", U"知识", U"知道",
     U"短处", U"石匠", U"石头", U"石榴", U"码头", U"砖头", U"砚台", U"硬朗", U"神气", U"福气", U"秀才",
     U"秧歌", U"称呼", U"稀罕", U"稳当", U"窗户", U"窝囊", U"笑笑", U"笑话", U"笤帚", U"答应", U"算盘",
     U"算算", U"算计", U"管管", U"篱笆", U"簸箕", U"粮食", U"精神", U"精细", U"糊涂", U"累赘", U"结实",
     U"结巴", U"罐头", U"老婆", U"老实", U"老爷", U"耳朵", U"聊聊", U"聪明", U"胭脂", U"胳膊", U"能耐",
     U"脑袋", U"脾气", U"自在", U"舅舅", U"舌头", U"舒服", U"芝麻", U"苍蝇", U"苗头", U"苗条", U"苦处",
     U"苦头", U"萝卜", U"葡萄", U"蘑菇", U"蚂蚱", U"蛤蟆", U"行家", U"行李", U"街坊", U"衙门", U"衣服",
     U"要么", U"见识", U"规矩", U"认识", U"记号", U"记性", U"讲究", U"讲讲", U"试试", U"说说", U"读读",
     U"谈谈", U"谢谢", U"豆腐", U"走走", U"起来", U"踏实", U"转悠", U"转转", U"软和", U"过来", U"运气",
     U"这个", U"这么", U"这边", U"进去", U"进来", U"迷糊", U"逛逛", U"道理", U"那个", U"那么", U"那边",
     U"部分", U"里头", U"里边", U"钥匙", U"铺盖", U"锄头", U"长处", U"门道", U"问问", U"闹腾", U"阔气",
     U"随和", U"难处", U"风头", U"风筝", U"馒头", U"首饰", U"马虎", U"骆驼", U"骨头", U"高粱", U"麻烦"});

// 子 in its full sense: a child, a master, a particle of physics.
constexpr auto kFullZi = std::to_array<std::u32string_view>(
    {U"世子", U"中子", U"亲子", U"光子",   U"公子", U"养子", U"分子", U"卵子",   U"原子", U"君子",   U"因子",
     U"士子", U"处子", U"天子", U"太子",   U"夫子", U"女子", U"孔子", U"孙子",   U"孟子", U"学子",   U"幼子",
     U"庄子", U"弟子", U"弹子", U"才子",   U"松子", U"核子", U"棋子", U"次子",   U"母子", U"氢原子", U"浪子",
     U"游子", U"父子", U"独子", U"独生子", U"王子", U"瓜子", U"甲子", U"电分子", U"电子", U"男子",   U"皇子",
     U"离子", U"童子", U"粒子", U"精子",   U"老子", U"臣子", U"莲子", U"菜子",   U"西子", U"质子",   U"赤子",
     U"逆子", U"逐字", U"量子", U"长子",   U"骄子", U"鱼子"});

constexpr auto kFullEr = std::to_array<std::u32string_view>(
    {U"乞儿",   U"低能儿", U"侄儿", U"健儿",   U"女儿",   U"妻儿", U"婴儿",   U"婴幼儿", U"孙儿",   U"孤儿",
     U"宠儿",   U"小儿",   U"少儿", U"幸运儿", U"幼儿",   U"弃儿", U"弄潮儿", U"患儿",   U"新生儿", U"早产儿",
     U"流浪儿", U"混血儿", U"男儿", U"畸形儿", U"红孩儿", U"聋儿", U"育儿",   U"胎儿"});

constexpr auto kFullDe = std::to_array<std::u32string_view>(
    {U"一举两得", U"不得", U"了不得", U"博得",     U"取得", U"夺得", U"应得", U"得得",
     U"心得",     U"总得", U"所得",   U"扬扬自得", U"求得", U"求得", U"相得", U"罪有应得",
     U"自得",     U"获得", U"获得",   U"购得",     U"赢得", U"难得", U"非得"});

constexpr auto kFullShang = std::to_array<std::u32string_view>(
    {U"不相上",   U"之上",     U"以上",   U"关上", U"写上", U"冲上", U"凑上", U"加上", U"北上",     U"南上",
     U"合上",     U"同上",     U"向上",   U"呈上", U"坐上", U"奉上", U"如上", U"安上", U"带上",     U"戴上",
     U"扶摇直上", U"挂上",     U"换上",   U"接上", U"插上", U"攀上", U"放上", U"无上", U"朝上",     U"染上",
     U"比上",     U"涂上",     U"点上",   U"爬上", U"爱上", U"献上", U"登上", U"盖上", U"直上",     U"看上",
     U"看不上",   U"碰上",     U"称得上", U"穿上", U"算上", U"绑上", U"考上", U"至上", U"蒸蒸日上", U"装上",
     U"谈不上",   U"贴上",     U"走上",   U"赶上", U"跟上", U"跳上", U"踏上", U"迎上", U"连上",     U"追上",
     U"送上",     U"逆流而上", U"遇上",   U"配上", U"锁上", U"闭上", U"马上", U"骑上"});

template <typename Words>
bool Has(const Words& words, std::u32string_view word) {
  return std::binary_search(words.begin(), words.end(), word);
}

}  // namespace

bool IsNeutralWord(std::u32string_view word) { return Has(kNeutral, word); }
bool IsNeutralZi(std::u32string_view word) { return !Has(kFullZi, word); }
bool HasFullEr(std::u32string_view word) { return Has(kFullEr, word); }
bool HasFullDe(std::u32string_view word) { return Has(kFullDe, word); }
bool HasFullShang(std::u32string_view word) { return Has(kFullShang, word); }

}  // namespace waveshift::phonemes::internal
