package android.content

interface Context

interface SharedPreferences {
  fun getString(key: String, defValue: String?): String?
  fun edit(): Editor

  interface Editor {
    fun putString(key: String, value: String?): Editor
    fun remove(key: String): Editor
    fun commit(): Boolean
  }
}
