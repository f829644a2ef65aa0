"""A customer's rights over their own data: see, copy, correct, delete, withdraw; and what the operator owes by itself.

Source: 个人信息保护法第四十四条至第五十条、第五十五条至第五十七条; 网络数据安全管理条例第二十三条.
"""
